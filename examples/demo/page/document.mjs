import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { html, verbatim } from './html.mjs';

/**
 * A whole document around the main part of it.
 *
 * @param {{ title: string, server: string, main: unknown }} parts
 */
export function document({ title, server, main }) {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} · peercert demo</title>
<link rel="icon" href="data:image/svg+xml,${encodeURIComponent(icon)}">
<style>${verbatim(style)}</style>
</head>
<body>
<header class="top"><p><strong>peercert</strong> demo</p><p>answered by ${server}</p></header>
<main>${main}
</main>
<footer><p>Everything on this page was read from your connection, and verified for this request.</p></footer>
</body>
</html>
`.source;
}

const style = ['base.css', 'parts.css'].map((file) => readFileSync(join(import.meta.dirname, file), 'utf8')).join('\n');

const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16">
<rect width="16" height="16" rx="4" fill="#0b6b4a"/><path d="M4 8.5l2.7 2.7L12 5.5" fill="none" stroke="#fff" stroke-width="2"/></svg>`;

/** Nothing may be loaded, run, sent or framed: the one style is known by its hash, and the icon is part of the page. */
const contentSecurityPolicy = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`,
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
];

/** What goes with every document. No store keeps it: the next visitor is somebody else, and so may the same one be. */
export const headers = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': contentSecurityPolicy.join('; '),
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};
