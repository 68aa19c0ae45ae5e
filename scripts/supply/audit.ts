/**
 * Asks the registry for known weaknesses of what an installation brings (`npm audit`), and fails on high and critical ones. Where the
 * registry answers no such question, as many mirrors do not, it says so, and fails only with --required.
 *
 *     npm run -s audit
 */
import { spawnSync } from 'node:child_process';

interface Audit {
  metadata?: { vulnerabilities: Record<string, number> };
  vulnerabilities?: Record<string, { name: string; severity: string; range: string }>;
}

const required = process.argv.includes('--required');
const args = ['audit', '--json', '--omit=dev', '--package-lock-only', '--fetch-retries=1'];
const { stdout, stderr } = spawnSync('npm', args, { encoding: 'utf8', timeout: 120_000 });
const audit = parse(stdout);
if (!audit?.metadata || !audit.vulnerabilities) {
  const reason = /(?:npm warn audit |npm error )(.*)/.exec(stderr)?.[1] ?? 'no answer';
  console.log(`Known weaknesses could not be looked up: the registry does not answer \`npm audit\` (${reason}).`);
  process.exitCode = required ? 1 : 0;
} else {
  for (const { name, severity, range } of Object.values(audit.vulnerabilities))
    console.log(`${severity}: ${name} ${range}`);
  const { high, critical, total } = audit.metadata.vulnerabilities;
  console.log(`${total} packages with known weaknesses, ${high + critical} of them high or critical.`);
  process.exitCode = high + critical > 0 ? 1 : 0;
}

function parse(text: string): Audit | undefined {
  try {
    return JSON.parse(text) as Audit;
  } catch {
    return undefined;
  }
}
