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
