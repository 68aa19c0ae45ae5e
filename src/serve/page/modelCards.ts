import { capital } from '../../words.ts';
import { byId, h } from './dom.ts';
import { markdown } from './markdown.ts';
import type { ServerModels } from './server.ts';
import type { PublicFamily } from '../http/routes/modelCards.ts';

const TITLES: Record<string, string> = {
  male: 'Emotion model, male voices',
  female: 'Emotion model, female voices',
  pooled: 'Emotion model, all voices',
  gender: 'Gender model',
};

/** Shows the cards of the server's models, each under its name. */
export function showModelCards(models: ServerModels['models']): void {
  const cards = models.map(({ name, card, cardText }) => {
    const body = h(
      'div',
      { class: 'card-text' },
      card !== null && h('p', {}, h('a', { href: card }, 'This card as a file')),
    );
    const details = h('details', {}, h('summary', {}, `${TITLES[name] ?? capital(name)}: model card`), body);
    details.addEventListener('toggle', () => body.append(...markdown(cardText)), { once: true });
    return details;
  });
  byId('cards').replaceChildren(
    h('h3', {}, 'Model cards: how well the models do, on what data, and where they fail'),
    ...cards,
  );
}

/** Says which models answer, and whether they may be used commercially. */
export function showFamily({ name, what, licence }: PublicFamily): void {
  const line = byId('family');
  line.textContent = `Models: ${name}${what === null ? '' : `, ${what}`}. ${capital(licence.text)}.`;
  line.hidden = false;
}

/** Shows links instead if the list of models is unavailable. */
export function linkModelCards({ models, gender }: PublicFamily): void {
  const links = [...models, ...(gender ? ['gender'] : [])].map((name) =>
    h('li', {}, h('a', { href: `/models/${name}/MODEL_CARD.md` }, TITLES[name])),
  );
  byId('cards').replaceChildren(h('h3', {}, 'Model cards'), h('ul', {}, ...links));
}
