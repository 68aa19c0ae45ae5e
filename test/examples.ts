import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';

/** An example of a doc comment: JavaScript with the values of some of its expressions, `sum([1, 2]) // → 3`. */
export interface Example {
  /** The body of an async function of `check(value, stated)` and `load(module)`. */
  script: string;
  /** How many values it states. */
  checks: number;
}

/** The examples of every value that a module exports, by its name. */
export function examplesOf(entry: string, module: Record<string, unknown>): Map<string, Example[]> {
  const found = new Map<string, Example[]>();
  const visit = (path: string, names?: ReadonlySet<string>) => {
    for (const statement of parse(readFileSync(path, 'utf8'), path).statements) {
      if (ts.isExportDeclaration(statement) && statement.moduleSpecifier) {
        const from = join(dirname(path), (statement.moduleSpecifier as ts.StringLiteral).text);
        const clause = statement.exportClause;
        visit(from, clause && new Set((clause as ts.NamedExports).elements.map(({ name }) => name.text)));
      } else {
        const name = declaredName(statement);
        if (!name || (names && !names.has(name)) || !(name in module)) continue;
        const tags = ts.getJSDocTags(statement).filter(({ tagName }) => tagName.text === 'example');
        // Of an overloaded function every signature is a declaration.
        const examples = tags.map(({ comment }) => compile(ts.getTextOfJSDocComment(comment) ?? ''));
        found.set(name, [...(found.get(name) ?? []), ...examples]);
      }
    }
  };
  visit(entry);
  return found;
}

function declaredName(statement: ts.Statement): string | undefined {
  if (ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement)) return statement.name?.text;
  if (!ts.isVariableStatement(statement)) return undefined;
  return statement.declarationList.declarations[0].name.getText();
}

const parse = (code: string, path = 'example.ts') => ts.createSourceFile(path, code, ts.ScriptTarget.Latest, true);

/** Imports become calls of `load`, expressions with a stated value calls of `check`. */
function compile(code: string): Example {
  let checks = 0;
  const lines = parse(code).statements.map((statement) => {
    const text = statement.getText();
    const stated = /^[ \t]*\/\/ → (.*)/.exec(code.slice(statement.end))?.[1];
    if (ts.isImportDeclaration(statement)) {
      return `const ${statement.importClause!.namedBindings!.getText()} = await load(${statement.moduleSpecifier.getText()});`;
    }
    if (stated === undefined) return text;
    if (!ts.isExpressionStatement(statement)) throw new Error(`"${text}" is no expression that could have a value.`);
    checks++;
    return `check(${statement.expression.getText()}, ${JSON.stringify(stated)});`;
  });
  return { script: lines.join('\n'), checks };
}

/**
 * Where a value differs from a stated one. A stated number is compared to the digits after its point; typed arrays are written
 * as arrays; an object may have further properties.
 */
export function differences(value: unknown, stated: string): string[] {
  const expression = parse(`(${stated})`).statements[0] as ts.ExpressionStatement;
  return compare(value, (expression.expression as ts.ParenthesizedExpression).expression, stated);
}

function compare(value: unknown, stated: ts.Expression, where: string): string[] {
  const differs = [`${where}: ${JSON.stringify(value)} where ${stated.getText()} is stated`];
  if (ts.isArrayLiteralExpression(stated)) {
    const list =
      Array.isArray(value) || ArrayBuffer.isView(value) ? Array.from(value as ArrayLike<unknown>) : undefined;
    if (list?.length !== stated.elements.length) return differs;
    return stated.elements.flatMap((element, i) => compare(list[i], element, where));
  }
  if (ts.isObjectLiteralExpression(stated)) {
    if (typeof value !== 'object' || value === null) return differs;
    return stated.properties.flatMap((property) => {
      const { name, initializer } = property as ts.PropertyAssignment;
      const key = ts.isStringLiteral(name) ? name.text : name.getText();
      return compare((value as Record<string, unknown>)[key], initializer, where);
    });
  }
  const text = stated.getText();
  if (/^-?[\d.]/.test(text)) {
    const digits = /\.(\d+)/.exec(text)?.[1].length ?? 0;
    const tolerance = digits ? 0.501 * 10 ** -digits : 1e-9 * Math.abs(Number(text));
    return typeof value === 'number' && Math.abs(value - Number(text)) <= tolerance ? [] : differs;
  }
  if (ts.isStringLiteral(stated)) return value === stated.text ? [] : differs;
  const words: Record<string, unknown> = {
    true: true,
    false: false,
    null: null,
    undefined,
    NaN,
    '-Infinity': -Infinity,
  };
  return text in words && Object.is(value, words[text]) ? [] : differs;
}
