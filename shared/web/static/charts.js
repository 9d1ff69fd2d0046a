// Draws the charts of a page from the data blocks beside them (shared/web/charts.py) with uPlot, and hands them out
// as PNG and SVG. Without it a chart still has its words, its table and its CSV.
import { BESIDE, onCanvas, over, palette, under } from "./charts-marks.js";
import { HEADING, asSvg } from "./charts-svg.js";

const HEIGHT = 260, BELOW = 170, LABEL_ROOM = 76, MOST_DOTS = 62;
const dayText = new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", day: "numeric", month: "short" });
const dayOf = (number) => dayText.format(number * 864e5);
const compact = new Intl.NumberFormat("en-GB", { notation: "compact", maximumSignificantDigits: 4 });

function start(figure) {
  const data = JSON.parse(figure.querySelector("script").textContent);
  const plot = figure.querySelector(".chart-plot");
  let drawn = draw(figure, plot, data);
  const again = () => { drawn.forEach(([chart]) => chart.destroy()); drawn = draw(figure, plot, data); };
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
  let width = plot.clientWidth;
  new ResizeObserver(() => {
    if (plot.clientWidth !== width) { width = plot.clientWidth; again(); }
  }).observe(plot);
  for (const button of figure.querySelectorAll("[data-export]")) {
    button.hidden = false;
    button.addEventListener("click", () => handOut(button.dataset.export, drawn, data.file, figure));
  }
}

// [uPlot, what it shows] of the chart and of each panel under it: the same steps and shaded days, a scale of its own.
function draw(figure, plot, data) {
  const panels = [data, ...data.below.map((panel) => ({ ...data, bars: [], marks: [], unit: "", ...panel }))];
  return panels.map((panel, i) => [drawOne(figure, plot, panel, i > 0, i === panels.length - 1), panel]);
}

function drawOne(figure, plot, data, isBelow, isLast) {
  const colours = palette(figure);
  const chart = new window.uPlot({
    width: Math.max(200, plot.clientWidth), height: isBelow ? BELOW : HEIGHT, padding: [isBelow ? 12 : 20, 24, 0, 0],
    title: data.heading || undefined,
    legend: { show: false },
    cursor: { y: false, sync: data.below.length ? { key: figure.id } : undefined, drag: { setScale: false, x: false }, points: { show: data.lines.length > 0 } },
    scales: { x: { time: false, range: acrossOf(data) }, y: { range: data.y } },
    axes: axesOf(data, colours, isLast),
    series: seriesOf(data, colours),
    bands: data.lines.flatMap((line, i) => line.low.length ? [{ series: [3 * i + 1, 3 * i + 2], fill: colours.band }] : []),
    hooks: {
      drawClear: [(u) => onCanvas(u, under(u, data, colours))],
      draw: [(u) => onCanvas(u, over(u, data, colours))],
      setCursor: [(u) => readOut(figure, data, u.cursor.idx)],
    },
  }, [data.x, ...data.lines.flatMap((line) => [line.high, line.low, line.values]), ...barSeries(data)], plot);
  return chart;
}

// Bars are drawn by us, hollow where they are not over; uPlot still needs to know that there are steps to point at.
const barSeries = (data) => data.bars.length ? [data.x.map(() => null)] : [];

function seriesOf(data, colours) {
  const edge = { stroke: "transparent", width: 0, points: { show: false } };
  const line = ({ kind, values }) => ({
    stroke: colours[kind], width: 2, spanGaps: false, dash: kind === "beside" ? BESIDE : [],
    points: { show: true, size: 6, fill: colours[kind], width: 0, filter: () => dotsOf(values, data.unfinished) },
  });
  return [{}, ...data.lines.flatMap((one) => [edge, edge, line(one)]), ...barSeries(data).map(() => edge)];
}

// All points of a short line, else those that stand alone; the last one is drawn hollow by us while it is not over.
function dotsOf(values, unfinished) {
  const alone = (i) => values[i - 1] == null && values[i + 1] == null;
  const found = [];
  values.forEach((value, i) => {
    const hollow = unfinished && i === values.length - 1;
    if (value != null && !hollow && (values.length <= MOST_DOTS || alone(i))) found.push(i);
  });
  return found;
}

function acrossOf({ x, step }) {
  const half = 0.6 * step;
  return x.length ? [x[0] - half, x[x.length - 1] + half] : [0, 1];
}

function axesOf(data, colours, isLast) {
  const look = { stroke: colours.muted, font: "12px system-ui, sans-serif", ticks: { stroke: colours.rule, width: 1 } };
  return [
    {
      ...look, grid: { show: false }, size: isLast ? 36 : 12,
      splits: (u) => {
        const every = Math.max(1, Math.ceil(data.x.length * LABEL_ROOM / Math.max(1, u.bbox.width / devicePixelRatio)));
        return data.x.filter((_, i) => (data.x.length - 1 - i) % every === 0);
      },
      values: (_, splits) => splits.map(isLast ? dayOf : () => ""),
    },
    {
      ...look, grid: { stroke: colours.rule, width: 1 }, size: 56, space: 36,
      values: (_, splits) => splits.map((value) => numberOf(value).replace("-", "\u2212") + (data.unit && ` ${data.unit}`)),
    },
  ];
}

const numberOf = (value) => Math.abs(value) < 1e5 ? `${value}` : compact.format(value);

// The figures of the step pointed at, as the table has them (its newest row comes first).
function readOut(figure, data, at) {
  const out = figure.querySelector(".chart-readout");
  const row = at == null ? null : figure.querySelectorAll("tbody tr")[data.x.length - 1 - at];
  const names = [...figure.querySelectorAll("thead th")].map((name) => name.textContent);
  out.textContent = row
    ? [...row.cells].map((cell, i) => i ? `${names[i]} ${cell.textContent}` : cell.textContent).join(" · ")
    : "";
}

async function handOut(kind, drawn, file, figure) {
  const blob = kind === "png" ? await asPng(drawn, figure) : new Blob([asSvg(drawn, palette(figure))], { type: "image/svg+xml" });
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = `${file}.${kind}`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

// The canvas has no ground of its own: on the page's, so that it can be read wherever it is pasted.
function asPng(drawn, figure) {
  const canvas = document.createElement("canvas"), { bg, fg } = palette(figure);
  const headingHeight = drawn.length > 1 ? HEADING * devicePixelRatio : 0;
  canvas.width = drawn[0][0].ctx.canvas.width;
  canvas.height = drawn.reduce((sum, [chart]) => sum + headingHeight + chart.ctx.canvas.height, 0);
  const ctx = canvas.getContext("2d");
  ctx.fillStyle = bg;
  ctx.fillRect(0, 0, canvas.width, canvas.height);
  ctx.fillStyle = fg;
  ctx.font = `600 ${14 * devicePixelRatio}px system-ui, sans-serif`;
  drawn.reduce((top, [chart, { heading }]) => {
    if (headingHeight) ctx.fillText(heading, 0, top + 0.75 * headingHeight);
    ctx.drawImage(chart.ctx.canvas, 0, top + headingHeight);
    return top + headingHeight + chart.ctx.canvas.height;
  }, 0);
  return new Promise((done) => canvas.toBlob(done, "image/png"));
}

for (const figure of document.querySelectorAll("figure.chart")) start(figure);
