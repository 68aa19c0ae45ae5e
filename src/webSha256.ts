/** SHA-256 in hexadecimal, by the Web's own means; undefined where browsers withhold these: on pages from other machines without HTTPS. */
export async function webSha256(content: Uint8Array<ArrayBuffer>): Promise<string | undefined> {
  const { subtle } = crypto as Partial<Crypto>;
  const digest = subtle && new Uint8Array(await subtle.digest('SHA-256', content));
  return digest && Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
