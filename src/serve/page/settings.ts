import type { Gender } from '../../data/clip.ts';
import { type Routing, ROUTING_DEFAULT, type RoutingChoice } from '../predict/routingChoice.ts';
import type { Place } from './clips/clip.ts';
import { byId } from './dom.ts';

export interface Settings {
  choice(): RoutingChoice;
  place(): Place;
  setPlace(place: Place): void;
  /** Leaves only these to choose. */
  offer(available: { routings?: readonly Routing[]; device?: boolean }): void;
}

const HELP: Record<Routing | 'given', string> = {
  hard: 'Hard: a gender model listens first; the emotion model of the more probable gender answers.',
  soft: 'Soft: both emotion models answer, mixed by the probability of the genders.',
  pooled: 'Pooled: one model, trained on all voices, answers; nobody asks for the gender.',
  given: 'The emotion model of the voice that you gave answers alone.',
};

/** The settings form of index.html. @param onChange  called after each change by hand */
export function createSettings(onChange: () => void): Settings {
  const form = byId<HTMLFormElement>('settings');
  const routing = byId<HTMLFieldSetElement>('routing');
  const valueOf = (name: string): string => (form.elements.namedItem(name) as RadioNodeList).value;
  const radio = (name: string, value: string): HTMLInputElement =>
    form.querySelector<HTMLInputElement>(`input[name="${name}"][value="${value}"]`)!;

  const show = (): void => {
    const given = valueOf('voice') !== '';
    routing.disabled = given;
    byId('routing-help').textContent = HELP[given ? 'given' : (valueOf('routing') as Routing)];
  };
  form.addEventListener('change', () => {
    show();
    onChange();
  });
  form.addEventListener('submit', (event) => event.preventDefault());
  form.reset(); // browsers keep what was chosen before a reload
  show();

  return {
    choice: () => {
      const gender = valueOf('voice') as Gender | '';
      return gender ? { gender } : { routing: valueOf('routing') as Routing };
    },
    place: () => valueOf('place') as Place,
    setPlace: (place) => {
      radio('place', place).checked = true;
    },
    offer: ({ routings, device }) => {
      if (device !== undefined) radio('place', 'device').disabled = !device;
      if (routings) {
        byId('pooled').hidden = !routings.includes('pooled');
        if (!routings.includes(valueOf('routing') as Routing)) radio('routing', ROUTING_DEFAULT).checked = true;
        show();
      }
    },
  };
}
