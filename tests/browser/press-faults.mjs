// In: { url, wav }: the softphone's address and what the microphone hears. Holds a call and presses the fault buttons, the last of them until the call
// is over. Out: what was seen in the page.
import { question, telephone } from './chromium.mjs';

const { url, wav } = await question();
const { browser, page, elsewhere, complaints } = await telephone(url, wav);
const press = (name) => page.getByRole('button', { name }).click();
const line = (text, nth = 1) => page.locator('#talk li', { hasText: text }).nth(nth - 1).waitFor({ timeout: 30_000 });
const looks = {};
const look = async (name) => (looks[name] = await page.locator('#faults button').evaluateAll((all) => all.map((one) => `${one.textContent}: ${one.disabled ? 'disabled' : (one.getAttribute('aria-pressed') ?? 'enabled')}`)));

await page.goto(url);
await page.getByText('Faults').click();
await look('idle');
await press('Call');
await line('Hello.');
await look('call');

// Noise is taken for speech, which ends when it ends.
await press('Lose packets');
await press('Noisy line');
await look('spoilt');
await page.waitForTimeout(1_000);
await press('Noisy line');
await line('Certainly.');
await press('Lose Gemini');
await line('New connection to Gemini');

let lost = 0;
do {
  await press('Lose the stream');
  await line('The stream was lost.', ++lost);
  await line(/Connected|Twilio says/, lost + 1);
  await page.waitForTimeout(500); // for the relay to log that the stream has begun
} while (lost < 10 && !(await page.textContent('#talk')).includes('Twilio says'));

await page.waitForFunction(() => document.querySelector('#status').textContent === 'Call ended', null, { timeout: 30_000 });
await look('after');
const report = await page.frameLocator('#report').locator('h1').textContent();
const talk = await page.locator('#talk li').allTextContents();
await browser.close();
console.log(JSON.stringify({ looks, talk, report, elsewhere, complaints }));
