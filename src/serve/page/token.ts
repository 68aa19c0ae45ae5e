import { byId } from './dom.ts';

let asking: Promise<string> | undefined;

/** Shows the form for the server's token. @returns the token; requests at the same time share one form */
export function askToken(): Promise<string> {
  asking ??= new Promise<string>((resolve) => {
    const form = byId<HTMLFormElement>('token-form');
    form.hidden = false;
    form.addEventListener(
      'submit',
      (event) => {
        event.preventDefault();
        form.hidden = true;
        asking = undefined;
        resolve(byId<HTMLInputElement>('token').value);
      },
      { once: true },
    );
  });
  return asking;
}
