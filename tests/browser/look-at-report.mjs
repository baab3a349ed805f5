// In: { html | url, shot }: a page, and where screenshots go, if anywhere. Out: what the page is, at both widths and in both
// colour schemes, and whatever it tried to do.
import { launch, question } from './chromium.mjs';

const { html, url, shot } = await question();
const browser = await launch();
const seen = [];
for (const width of [400, 1400]) {
  for (const colorScheme of ['light', 'dark']) {
    const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
    const requests = [], dialogs = [], complaints = [];
    page.on('request', (request) => requests.push(request.url()));
    page.on('dialog', (dialog) => { dialogs.push(dialog.message()); dialog.dismiss(); });
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(String(error)));
    if (html) await page.setContent(html, { waitUntil: 'load' }); else await page.goto(url);
    await page.waitForTimeout(100);

    // By keyboard: everything that can be reached, in order.
    const stops = [];
    for (let i = 0; i < 20; i++) {
      await page.keyboard.press('Tab');
      const stop = await page.evaluate(() => document.activeElement?.tagName + (document.activeElement?.getAttribute('aria-label') ? ': ' + document.activeElement.getAttribute('aria-label') : ''));
      if (stop === 'BODY') break;
      stops.push(stop);
    }

    seen.push({
      width, colorScheme, requests: requests.filter((one) => one !== url && !one.startsWith('about:')), dialogs, complaints, stops,
      ...(await page.evaluate(() => ({
        pwned: window.pwned ?? null,
        title: document.title,
        scripts: document.querySelectorAll('script, iframe, object, embed, img, link, form, input, base').length,
        handlers: [...document.querySelectorAll('*')].filter((one) => [...one.attributes].some((attribute) => attribute.name.startsWith('on'))).length,
        links: [...document.links].map((link) => link.getAttribute('href')),
        overflow: document.documentElement.scrollWidth - window.innerWidth,
        text: document.querySelector('.talk')?.textContent ?? '',
        unnamed: [...document.querySelectorAll('section, svg[role=img], [role=region]')].filter((one) => !one.getAttribute('aria-label') && !one.getAttribute('aria-labelledby')?.split(' ').every((id) => document.getElementById(id))).length,
        headings: [...document.querySelectorAll('h1, h2')].map((one) => one.textContent),
        ground: getComputedStyle(document.body).backgroundColor,
        ink: getComputedStyle(document.body).color,
        smallest: Math.min(...[...document.querySelectorAll('p, td, th, dt, dd, li')].map((one) => parseFloat(getComputedStyle(one).fontSize))),
      }))),
    });
    if (shot) await page.screenshot({ path: `${shot}-${width}-${colorScheme}.png`, fullPage: true });
    await page.close();
  }
}
await browser.close();
console.log(JSON.stringify(seen));
