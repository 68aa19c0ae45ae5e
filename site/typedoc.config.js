/** The API reference: the entry points that package.json exports, as Markdown for the site. */
import { readFileSync } from 'node:fs';

const { name, exports } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));

/** Their sources: `./dist/index.js` comes from `src/index.ts`. */
const sources = Object.values(exports)
  .map((entry) => String(entry.default))
  .filter((path) => path.endsWith('.js'))
  .map((path) => path.replace(/^\.\/dist\//, '../src/').replace(/\.js$/, '.ts'));

/** Calls each module by the name under which it is imported: `index` is the package itself. */
function nameModules(app) {
  app.converter.on('resolveBegin', ({ project }) => {
    for (const module of project.children ?? [])
      module.name = module.name === 'index' ? name : `${name}/${module.name}`;
  });
}

/** @type {import('typedoc').TypeDocOptions & import('typedoc-plugin-markdown').PluginOptions} */
export default {
  name: 'API',
  entryPoints: sources,
  alwaysCreateEntryPointModule: true,
  tsconfig: '../tsconfig.build.json',
  plugin: ['typedoc-plugin-markdown', 'typedoc-plugin-missing-exports', nameModules],
  out: 'api',
  readme: 'none',
  excludeExternals: true,
  excludeInternal: true,
  internalModule: 'further-types',
  disableSources: true,
  skipErrorChecking: true,
  logLevel: 'Error',
  hideBreadcrumbs: true,
  hidePageHeader: true,
  entryFileName: 'index',
  outputFileStrategy: 'modules',
  useHTMLAnchors: true,
  parametersFormat: 'table',
  interfacePropertiesFormat: 'table',
};
