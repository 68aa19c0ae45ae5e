import { SerError } from '../../error.ts';
import type { Unit } from '../unit.ts';

/** The coordinator does not answer at all. */
export class Unreachable extends Error {}

/** Seconds between tries of an answer. */
const PAUSES = [0.2, 1, 2];

/**
 * Asks the coordinator of a unit.
 * @throws {Unreachable} if nothing answers; {SerError} `queue` for a refusal
 */
export async function ask({ at, token }: Unit, path: string, body?: string): Promise<Response> {
  for (let tries = 0; ; tries++) {
    try {
      const response = await fetch(at + path, {
        ...(body !== undefined && { method: 'PUT', body }),
        headers: {
          authorization: `Bearer ${token}`,
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
      });
      if (response.ok || response.status === 410) return response;
      throw new SerError('queue', `the coordinator refuses ${path}: ${response.status} ${(await response.text()).slice(0, 500)}`); // prettier-ignore
    } catch (error) {
      if (error instanceof SerError) throw error;
      if (tries === PAUSES.length)
        throw new Unreachable(`the coordinator at ${at} does not answer: ${reasonOf(error)}`);
      await new Promise((resolve) => setTimeout(resolve, 1000 * PAUSES[tries]));
    }
  }
}

const reasonOf = (error: unknown): string => {
  const { message, cause } = error as Error;
  return cause instanceof Error && cause.message ? cause.message : message;
};
