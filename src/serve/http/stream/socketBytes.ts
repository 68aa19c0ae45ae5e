import type { RawData, WebSocket } from 'ws';

/** Bytes that wait to be analysed before the client is made to wait. */
const HELD = 1_048_576;

/** The text message that ends the sound. */
const END = 'end';

/** The binary messages of a socket as they arrive; one reader. */
export interface SocketBytes extends AsyncIterable<Uint8Array> {
  /** Ends them: what has arrived is still read. */
  end(): void;
}

/**
 * Reads a socket no faster than its messages are used. Ends at the message `end`, or when the client has gone.
 * @param onMessage  called for each message
 * @param onOther  called for a text that means nothing
 */
export function socketBytes(socket: WebSocket, onMessage: () => void, onOther: () => void): SocketBytes {
  const waiting: Uint8Array[] = [];
  let held = 0;
  let ended = false;
  let wake = (): void => undefined;
  const end = (): void => {
    ended = true;
    socket.resume();
    wake();
  };
  socket.on('message', (data: RawData, isBinary: boolean) => {
    if (ended) return;
    onMessage();
    const bytes = asBytes(data);
    if (!isBinary) {
      if (bytes.length === END.length && new TextDecoder().decode(bytes) === END) end();
      else onOther();
      return;
    }
    waiting.push(bytes);
    held += bytes.length;
    if (held > HELD) socket.pause();
    wake();
  });
  socket.on('close', end);
  return {
    end,
    async *[Symbol.asyncIterator]() {
      for (;;) {
        const bytes = waiting.shift();
        if (bytes) {
          held -= bytes.length;
          if (held <= HELD && socket.isPaused) socket.resume();
          yield bytes;
        } else if (ended) return;
        else await new Promise<void>((resolve) => (wake = resolve));
      }
    },
  };
}

function asBytes(data: RawData): Uint8Array {
  if (Array.isArray(data)) return Buffer.concat(data);
  return data instanceof ArrayBuffer ? new Uint8Array(data) : data;
}
