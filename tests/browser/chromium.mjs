import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';

/** The question that stands on standard input. */
export async function question() {
  let text = '';
  for await (const part of process.stdin) text += part;
  return JSON.parse(text);
}

/** A Chromium without a window that asks nobody for anything. */
export function launch(args = []) {
  const executablePath = process.env.CHROMIUM ?? ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
  return chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--no-first-run', ...args],
  });
}

/** A page for a softphone whose microphone hears a file, with whatever it asks for elsewhere and complains of. */
export async function telephone(url, wav) {
  const browser = await launch(['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream', `--use-file-for-fake-audio-capture=${wav}%noloop`, '--autoplay-policy=no-user-gesture-required']);
  const page = await browser.newPage({ viewport: { width: 400, height: 800 } });
  const origin = new URL(url).origin, elsewhere = [], complaints = [];
  page.on('request', (request) => new URL(request.url()).origin === origin || request.url().startsWith('data:') || elsewhere.push(request.url()));
  page.on('websocket', (socket) => socket.url().startsWith(origin.replace('http', 'ws')) || elsewhere.push(socket.url()));
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(String(error)));
  return { browser, page, elsewhere, complaints };
}
