// In: { url, wav, words, shot }: the softphone's address, what the microphone hears, and a word of the agent's to wait for. Holds a call by keyboard
// alone and hangs up. Out: what was seen and heard in the page.
import { question, telephone } from './chromium.mjs';

const { url, wav, words, shot } = await question();
const { browser, page, elsewhere, complaints } = await telephone(url, wav);

// An ear beside the loudspeaker.
await page.addInitScript(() => {
  const connect = AudioNode.prototype.connect;
  AudioNode.prototype.connect = function (to, ...rest) {
    if (to instanceof AudioDestinationNode) {
      window.ear = Object.assign(to.context.createAnalyser(), { fftSize: 8192, smoothingTimeConstant: 0 });
      connect.call(this, window.ear);
    }
    return connect.call(this, to, ...rest);
  };
});

const looks = {};
const look = async (name) => {
  looks[name] = { status: await page.textContent('#status'), overflow: await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), focus: await page.evaluate(() => document.activeElement.id) };
  for (const width of shot ? [400, 1400] : []) {
    for (const colorScheme of ['light', 'dark']) {
      await page.setViewportSize({ width, height: 900 });
      await page.emulateMedia({ colorScheme });
      await page.waitForTimeout(100);
      await page.screenshot({ path: `${shot}-${name}-${width}-${colorScheme}.png`, fullPage: true });
    }
  }
};

await page.goto(url);
await look('idle');
await page.keyboard.press('Tab');
await page.keyboard.press('Enter'); // the only button there is: Call
await page.waitForFunction(() => document.querySelector('#status').textContent === 'In call', null, { timeout: 30_000 });

// The loudest moment in which the agent is heard.
const heard = { level: 0, hertz: 0 };
const until = Date.now() + 45_000;
while (Date.now() < until && !(heard.level > 0.05 && (await page.textContent('#talk')).includes(words))) {
  const now = await page.evaluate(() => {
    const wave = new Float32Array(window.ear.fftSize), tones = new Float32Array(window.ear.frequencyBinCount);
    window.ear.getFloatTimeDomainData(wave);
    window.ear.getFloatFrequencyData(tones);
    return { level: Math.sqrt(wave.reduce((sum, one) => sum + one * one, 0) / wave.length), hertz: (tones.indexOf(Math.max(...tones)) * window.ear.context.sampleRate) / window.ear.fftSize };
  });
  if (now.level > heard.level) Object.assign(heard, now);
  await page.waitForTimeout(50);
}

const mute = [];
for (let press = 0; press < 2; press++) {
  await page.focus('#mute');
  await page.keyboard.press('Enter');
  mute.push(`${await page.getAttribute('#mute', 'aria-pressed')} ${await page.textContent('#mute')}`);
}
await page.focus('#hangup');
await page.keyboard.press('5');
await page.waitForTimeout(1_000);
await look('call');
await page.focus('#hangup');
await page.keyboard.press('Enter');
await page.waitForSelector('#after:not([hidden])', { timeout: 30_000 });
await page.waitForFunction(() => document.querySelector('#status').textContent === 'Call ended', null, { timeout: 10_000 });
await page.waitForTimeout(500);
await look('after');
const report = await page.frameLocator('#report').locator('h1').textContent();
const talk = await page.locator('#talk li').allTextContents();
await browser.close();
console.log(JSON.stringify({ looks, heard, talk, mute, report, elsewhere, complaints }));
