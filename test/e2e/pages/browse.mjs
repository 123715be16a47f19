/**
 * Opens pages in a headless browser and says what there is to see, as JSON: `node browse.mjs JOB.json`. A process of its
 * own, since jest cannot load the browser's packages, which are ECMAScript modules.
 */
/* global document, window, getComputedStyle, NodeFilter */
import { readFileSync } from 'node:fs';
import chromium from '@sparticuz/chromium';
import puppeteer from 'puppeteer-core';

const [jobFile] = process.argv.slice(2);
const jobs = JSON.parse(readFileSync(jobFile, 'utf8'));
const browser = await puppeteer.launch({
  args: chromium.args,
  executablePath: process.env.CHROMIUM ?? (await chromium.executablePath()),
  headless: 'shell',
});
const views = [];
try {
  for (const job of jobs) views.push(await view(job));
} finally {
  await browser.close();
}
process.stdout.write(JSON.stringify(views));

async function view({ url, width, scheme, opened, picture, pictureHeight }) {
  const page = await browser.newPage();
  const errors = [];
  const requests = [];
  page.on('console', (message) => errors.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('request', (request) => requests.push(request.url()));
  await page.setViewport({ width, height: 844 });
  await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
  await page.goto(url);
  if (opened) {
    await page.evaluate(() => document.querySelectorAll('details').forEach((one) => (one.open = true)));
  }
  const seen = await page.evaluate(look);
  if (picture !== undefined) {
    const clip = { x: 0, y: 0, width, height: pictureHeight };
    await page.screenshot({ path: picture, clip, captureBeyondViewport: true });
  }
  await page.close();
  return { ...seen, errors, otherRequests: requests.filter((one) => one !== url) };
}

/** Runs in the page. */
function look() {
  const isShown = (element) => element.checkVisibility() && element.getBoundingClientRect().width > 0;
  const shortened = (text) => text.replace(/\s+/g, ' ').trim().slice(0, 60);

  const texts = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const element = node.parentElement;
    const isWords = node.textContent.trim() !== '' && !element.closest('title, desc, .unseen, style');
    if (isWords && isShown(element)) texts.push({ element, text: shortened(node.textContent) });
  }

  const channels = (color) => color.match(/[\d.]+/g).map(Number);
  const luminance = (color) => {
    const [r, g, b] = channels(color)
      .slice(0, 3)
      .map((channel) => channel / 255)
      .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const backgroundOf = (element) => {
    for (let one = element; one !== null; one = one.parentElement) {
      const color = getComputedStyle(one).backgroundColor;
      const alpha = channels(color)[3] ?? 1;
      if (alpha === 1 && !(one.namespaceURI ?? '').endsWith('svg')) return color;
    }
    return 'rgb(255, 255, 255)';
  };
  const contrastOf = (element) => {
    const style = getComputedStyle(element);
    const isSvg = element.namespaceURI.endsWith('svg');
    const levels = [luminance(isSvg ? style.fill : style.color), luminance(backgroundOf(element))].sort(
      (a, b) => b - a,
    );
    return (levels[0] + 0.05) / (levels[1] + 0.05);
  };

  const charts = [...document.querySelectorAll('svg')].filter(isShown).map((svg) => {
    const box = svg.getBoundingClientRect();
    const labels = [...svg.querySelectorAll('text')].map((one) => ({
      text: shortened(one.firstChild?.textContent ?? ''),
      box: one.getBoundingClientRect(),
    }));
    const isOver = (a, b) =>
      a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 3 && b.top < a.bottom - 3;
    const outside = labels.filter((one) => one.box.right > box.right + 1 || one.box.left < box.left - 1);
    const overlapping = labels.filter((one, index) => labels.some((two, at) => at > index && isOver(one.box, two.box)));
    const shapes = [...svg.querySelectorAll('rect, path, circle')].filter((one) => !one.closest('clipPath'));
    return {
      title: shortened(svg.querySelector('title')?.textContent ?? ''),
      width: box.width,
      height: box.height,
      shapes: shapes.filter((one) => one.getBoundingClientRect().width > 0).length,
      badLabels: [...outside, ...overlapping].map(({ text }) => text),
    };
  });

  const root = document.scrollingElement;
  return {
    width: window.innerWidth,
    scrollWidth: root.scrollWidth,
    background: getComputedStyle(document.body).backgroundColor,
    texts: texts.map(({ text }) => text),
    // The browser's own fonts are scaled in charts: what counts is what is seen.
    smallest: Math.min(...texts.map(({ element }) => Number.parseFloat(getComputedStyle(element).fontSize))),
    faint: texts
      .map(({ element, text }) => ({ text, contrast: Math.round(10 * contrastOf(element)) / 10 }))
      .filter(({ contrast }) => contrast < 4.5),
    // Text that its box cuts off without a way to scroll there.
    cutOff: texts
      .filter(({ element }) => {
        const right = element.getBoundingClientRect().right;
        return right > window.innerWidth + 1 && element.closest('.scroll, pre') === null;
      })
      .map(({ text }) => text),
    charts,
  };
}
