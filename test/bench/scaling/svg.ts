import { figure } from '../harness/table.js';
import type { Curve } from './curve.js';

const width = 640;
const height = 360;
/** Around the plot, for what is written there. */
const space = { left: 84, right: 44, top: 48, bottom: 60 };

interface Axis {
  readonly ticks: readonly number[];
  /** In pixels of the plot's extent, from its beginning. */
  readonly at: (value: number) => number;
}

/** A curve as a picture: plain, with a white ground, so that it can be read on any page. */
export function svgOf({ title, x, y, points }: Curve): string {
  const plot = { width: width - space.left - space.right, height: height - space.top - space.bottom };
  const xAxis = axisOf(
    points.map(([value]) => value),
    plot.width,
    'exact',
  );
  const yAxis = axisOf(
    points.map(([, value]) => value),
    plot.height,
    'from a decade or zero',
  );
  const place = ([px, py]: readonly [number, number]): readonly [number, number] => [
    round(space.left + xAxis.at(px)),
    round(space.top + plot.height - yAxis.at(py)),
  ];
  const places = points.map(place);
  const bottom = space.top + plot.height;
  const lines = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="sans-serif" font-size="12">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    text(space.left, 26, 'start', title, ' font-size="15" font-weight="bold"'),
    ...yAxis.ticks.flatMap((tick) => {
      const at = round(bottom - yAxis.at(tick));
      return [
        `<line x1="${space.left}" y1="${at}" x2="${width - space.right}" y2="${at}" stroke="#dddddd"/>`,
        text(space.left - 8, at + 4, 'end', figure(tick)),
      ];
    }),
    ...xAxis.ticks.flatMap((tick) => {
      const at = round(space.left + xAxis.at(tick));
      return [
        `<line x1="${at}" y1="${bottom}" x2="${at}" y2="${bottom + 5}" stroke="#555555"/>`,
        text(at, bottom + 20, 'middle', figure(tick)),
      ];
    }),
    `<path d="M${space.left} ${space.top}V${bottom}H${width - space.right}" fill="none" stroke="#555555"/>`,
    text(space.left + plot.width / 2, height - 14, 'middle', x),
    `<text transform="translate(20 ${space.top + plot.height / 2}) rotate(-90)" text-anchor="middle" fill="#222222">${escaped(y)}</text>`,
    `<polyline points="${places.map((each) => each.join(',')).join(' ')}" fill="none" stroke="#1f5fa8" stroke-width="2"/>`,
    ...places.map(([px, py]) => `<rect x="${round(px - 2.5)}" y="${round(py - 2.5)}" width="5" height="5" fill="#1f5fa8"/>`),
    '</svg>',
  ];
  return `${lines.join('\n')}\n`;
}

function text(x: number, y: number, anchor: string, content: string, more = ''): string {
  return `<text x="${x}" y="${y}" text-anchor="${anchor}" fill="#222222"${more}>${escaped(content)}</text>`;
}

/** Logarithmic where the values span more than thirty times the smallest, else linear from zero. */
function axisOf(values: readonly number[], extent: number, ends: 'exact' | 'from a decade or zero'): Axis {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  if (most / least > 30) {
    const first = Math.floor(Math.log10(least) + 1e-9);
    const last = Math.ceil(Math.log10(most) - 1e-9);
    const ticks = Array.from({ length: last - first + 1 }, (_, index) => 10 ** (first + index));
    return { ticks, at: (value) => ((Math.log10(value) - first) / (last - first)) * extent };
  }
  if (ends === 'exact') return { ticks: values, at: (value) => ((value - least) / (most - least)) * extent };
  const step = niceStep(most / 5);
  const top = Math.ceil((most * 1.05) / step) * step;
  const ticks = Array.from({ length: Math.round(top / step) + 1 }, (_, index) => Number((index * step).toPrecision(6)));
  return { ticks, at: (value) => (value / top) * extent };
}

function niceStep(rough: number): number {
  const decade = 10 ** Math.floor(Math.log10(rough));
  return ([1, 2, 5].find((factor) => factor * decade >= rough) ?? 10) * decade;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function escaped(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
