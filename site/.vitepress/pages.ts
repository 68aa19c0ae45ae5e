import { existsSync, readdirSync } from 'node:fs';
import { join, sep } from 'node:path';
import type { DefaultTheme } from 'vitepress';

type Group = [heading: string, pages: Record<string, string>];

/** All pages by what they are for: address → title. */
const GROUPS: Group[] = [
  [
    'Tutorials',
    {
      'quick-start': 'Quick start',
      'own-recordings': 'Your own recordings',
      live: 'Long recordings and live sound',
      'own-corpus': 'Your own corpus',
      evaluation: 'Evaluation',
      tune: 'Choosing options',
      serve: 'Serving',
      page: 'The web page',
      mcp: 'For assistants',
      library: 'The library',
      notebooks: 'Notebooks',
      contributing: 'Contributing',
    },
  ],
  [
    'Reference',
    {
      protocols: 'Protocols',
      features: 'Features',
      parity: 'Parity with librosa',
      moonshine: 'Moonshine',
      embeddings: 'Speech encoders',
      models: 'Families of models',
      gender: 'Gender model',
      routing: 'Routing',
      doubt: 'Uncertainty',
      formats: 'Audio formats',
      output: 'What is written',
      export: 'Models for other programs',
      scaling: 'Scaling',
      engine: 'The training engine',
      architecture: 'Architecture',
      glossary: 'Glossary',
      ethics: 'Ethics and licences',
      security: 'Security',
      'api/': 'API',
    },
  ],
  [
    'Classifiers',
    {
      svm: 'Support vector machine',
      trees: 'Forest and boosting',
      mlp: 'Dense network',
      tcn: 'Temporal network',
      gru: 'Recurrent network',
      stack: 'Stack',
    },
  ],
  [
    'Lab notes',
    {
      results: 'Results',
      robustness: 'Robustness',
      adaptation: 'Speaker adaptation',
      speech: 'Voice activity',
      fuzz: 'Damaged files',
      'bench/': 'Speed',
      references: 'References',
      changelog: 'Changelog',
    },
  ],
];

const API = join(import.meta.dirname, '../api');

/** The entries of the library, of which TypeDoc has written pages. */
function entries(): DefaultTheme.SidebarItem[] {
  const files = existsSync(API) ? readdirSync(API, { recursive: true, encoding: 'utf8' }) : [];
  return files
    .filter((file) => file.endsWith('.md') && file !== 'index.md' && !file.endsWith('further-types.md'))
    .map((file) =>
      file
        .split(sep)
        .join('/')
        .replace(/(\/index)?\.md$/, ''),
    )
    .sort()
    .map((name) => ({ text: name, link: `/api/${name}${existsSync(join(API, name)) ? '/' : ''}` }));
}

export const SIDEBAR: DefaultTheme.SidebarItem[] = GROUPS.map(([text, pages]) => ({
  text,
  items: Object.entries(pages).map(([address, title]) => ({
    text: title,
    link: `/${address}`,
    ...(address === 'api/' && { items: entries(), collapsed: false }),
  })),
}));
