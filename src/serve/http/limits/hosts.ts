import { isIP, isIPv4 } from 'node:net';
import type { Guard } from './security.ts';
import { problem } from '../problem.ts';

/** The name or address in a `Host` header, in lower case and without its port; undefined for an invalid one. */
export function hostName(header: string): string | undefined {
  const [, name] = /^(\[[0-9a-f:.]+\]|[^\s:@/?#[\]]+)(?::\d+)?$/.exec(header.toLowerCase()) ?? [];
  return name?.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '');
}

/**
 * Refuses requests that were sent to another host name. Browsers let a page read responses from the host name that it came from, and the
 * owner of that name decides which machine it points to: possibly this one, which the page could not reach otherwise (DNS rebinding).
 * @param listensOn  an address or a name; if it means every address, all addresses are accepted, since they cannot be redirected
 * @param allowed  other accepted host names
 */
export function hostGuard(listensOn: string, allowed: readonly string[]): Guard {
  const own = new Set(['localhost', '::1', ...[listensOn, ...allowed].map((name) => name.toLowerCase())]);
  const everywhere = listensOn === '0.0.0.0' || listensOn === '::';
  return async ({ headers }) => {
    // All browsers send this header: without it the client is not a browser.
    if (headers.host === undefined) return;
    const name = hostName(headers.host);
    if (name !== undefined && (own.has(name) || isLoopback(name) || (everywhere && isIP(name) !== 0))) return;
    throw problem(
      'wrong_host',
      'This server does not respond to that host name. Use its address, or start it with --allowed-host and the name.',
    );
  };
}

const isLoopback = (name: string): boolean => isIPv4(name) && name.startsWith('127.');
