import { isIP, isIPv4 } from 'node:net';
import type { Guard } from './security.ts';
import { problem } from '../problem.ts';

/** The name or address in a `Host` header, in small letters and without its port; undefined for what no client should send. */
export function hostName(header: string): string | undefined {
  const [, name] = /^(\[[0-9a-f:.]+\]|[^\s:@/?#[\]]+)(?::\d+)?$/.exec(header.toLowerCase()) ?? [];
  return name?.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '');
}

/**
 * Refuses requests that were sent to another name. Browsers let a page read what comes from the name that it came from itself, and its owner
 * decides to which machine this name leads: also to this one, which the page could not reach otherwise (DNS rebinding).
 * @param listensOn  an address or a name; where it stands for every address, all addresses are its own: they lead nowhere else
 * @param allowed  other names that it may be asked by
 */
export function hostGuard(listensOn: string, allowed: readonly string[]): Guard {
  const own = new Set(['localhost', '::1', ...[listensOn, ...allowed].map((name) => name.toLowerCase())]);
  const everywhere = listensOn === '0.0.0.0' || listensOn === '::';
  return async ({ headers }) => {
    // Without it there is no browser: they all send it.
    if (headers.host === undefined) return;
    const name = hostName(headers.host);
    if (name !== undefined && (own.has(name) || isLoopback(name) || (everywhere && isIP(name) !== 0))) return;
    throw problem(
      'wrong_host',
      'This server does not answer to that name. Ask it by its address, or start it with --allowed-host and the name.',
    );
  };
}

const isLoopback = (name: string): boolean => isIPv4(name) && name.startsWith('127.');
