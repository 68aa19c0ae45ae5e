import type { ClipResult } from '../../predict/clipResult.ts';
import { capital } from '../../../words.ts';
import { h } from '../dom.ts';
import { sharesOf } from '../sound/timeShares.ts';
import { duration, percent } from '../words.ts';
import { type Answer, answerOf } from './answer.ts';

/** Pixels. */
const [WIDTH, MARGIN, ROW] = [1080, 72, 56];
const [INK, SOFT, PAPER, LINE] = ['#1c2530', '#566270', '#ffffff', '#dde2e8'];
const FONT = 'system-ui, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif';
const SMALL_PRINT =
  'An estimate of which acted emotion a voice resembles. It is often wrong, and no basis for a decision about a person.';

/** The result as a picture, light whatever the page is: headline, how sure it is, voice, a bar for each emotion or share, and what it is not for. */
export async function shareImage(result: ClipResult): Promise<Blob> {
  const answer = answerOf(result);
  const canvas = document.createElement('canvas');
  canvas.width = WIDTH;
  // Once to learn the height, and once more to draw: a canvas is emptied when its size changes.
  canvas.height = draw(canvas, result, answer);
  draw(canvas, result, answer);
  return new Promise((resolve, reject) =>
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('The picture could not be made.'))), 'image/png'),
  );
}

/** @returns the height that it takes */
function draw(canvas: HTMLCanvasElement, result: ClipResult, { headline, lines, voice, shares }: Answer): number {
  const context = canvas.getContext('2d')!;
  context.fillStyle = PAPER;
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.textBaseline = 'top';
  let y = MARGIN;
  const write = (text: string, size: number, colour: string, weight = 400): void => {
    context.font = `${weight} ${size}px ${FONT}`;
    context.fillStyle = colour;
    for (const line of wrapped(context, text, WIDTH - 2 * MARGIN)) {
      context.fillText(line, MARGIN, y);
      y += 1.35 * size;
    }
  };
  write(`${result.file} · ${duration(result.seconds)}`, 28, SOFT);
  y += 12;
  write(headline, 64, INK, 700);
  for (const line of lines) write(line, 32, SOFT);
  if (voice) {
    y += 18;
    write(voice.words, 40, INK, 600);
    if (voice.detail) write(voice.detail, 28, SOFT);
  }
  const bars = barsOf(result, shares);
  if (bars.length > 0) y += 32;
  for (const one of bars) {
    bar(context, y, one);
    y += ROW;
  }
  y += 28;
  context.fillStyle = LINE;
  context.fillRect(MARGIN, y, WIDTH - 2 * MARGIN, 2);
  y += 24;
  write(`${SMALL_PRINT} Models “${result.models}” of gender-ser.`, 26, SOFT);
  return Math.ceil(y + MARGIN / 2);
}

interface Bar {
  /** None for what is not sure. */
  emotion?: string;
  name: string;
  share: number;
  text: string;
  isNamed?: boolean;
}

/** Of a long recording the shares of the speech, else the probabilities. */
function barsOf({ emotion, utterances, probabilities, alternatives }: ClipResult, shares: Answer['shares']): Bar[] {
  if (shares) {
    return sharesOf(shares).map(({ seconds, ...one }) => ({
      ...one,
      share: seconds / shares.speech,
      text: duration(seconds),
    }));
  }
  if (emotion === null || utterances) return [];
  return Object.entries(probabilities).map(([label, share]) => ({
    emotion: label,
    name: label,
    share,
    text: percent(share),
    isNamed: alternatives.includes(label),
  }));
}

function bar(context: CanvasRenderingContext2D, y: number, { emotion, name, share, text, isNamed = false }: Bar): void {
  const [from, to] = [MARGIN + 210, WIDTH - MARGIN - 160];
  context.font = `${isNamed ? 700 : 400} 32px ${FONT}`;
  context.fillStyle = INK;
  context.fillText(capital(name), MARGIN, y + 6);
  context.textAlign = 'right';
  context.fillText(text, WIDTH - MARGIN, y + 6);
  context.textAlign = 'left';
  context.fillStyle = emotion ? colourOf(emotion) : SOFT;
  context.fillRect(from, y + 4, Math.max(3, share * (to - from)), ROW - 18);
}

/** As in the style sheet. */
function colourOf(emotion: string): string {
  const probe = h('i', { 'data-emotion': emotion, hidden: true });
  document.body.append(probe);
  const colour = getComputedStyle(probe).getPropertyValue('--emotion');
  probe.remove();
  return colour;
}

function wrapped(context: CanvasRenderingContext2D, text: string, width: number): string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const longer = `${lines.at(-1)} ${word}`.trim();
    if (lines.at(-1) === '' || context.measureText(longer).width <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}
