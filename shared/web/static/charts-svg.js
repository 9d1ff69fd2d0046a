// A drawn chart as a standalone SVG: axes as uPlot placed them, its lines and bands, and the shapes of charts-marks.
import { BESIDE, frame, over, under } from "./charts-marks.js";

const NAMES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const safe = (text) => `${text}`.replace(/[&<>"]/g, (found) => NAMES[found]);
const at = ([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`;

// The room that the name of a panel takes where there are several.
export const HEADING = 24;

// drawn: [uPlot, its data] of each panel, from top to bottom.
export function asSvg(drawn, colours) {
  const [[{ width }, { title }]] = drawn;
  const heading = drawn.length > 1 ? HEADING : 0;
  const inside = [];
  let height = 0;
  for (const [u, data] of drawn) {
    const words = heading ? `<text y="17" font-size="14" font-weight="600" fill="${colours.fg}">${safe(data.heading)}</text>` : "";
    inside.push(`<g transform="translate(0,${height})">${words}<g transform="translate(0,${heading})">${panel(u, data, colours)}</g></g>`);
    height += heading + u.height;
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"`
    + ` font-family="system-ui, sans-serif" font-size="12"><title>${safe(title)}</title>`
    + `<rect width="100%" height="100%" fill="${colours.bg}"/>${inside.join("")}</svg>`;
}

function panel(u, data, colours) {
  return [
    ...under(u, data, colours).map(shape), ...axes(u, colours),
    ...data.lines.flatMap((line) => curve(u, data, line, colours)), ...over(u, data, colours).map(shape),
  ].join("");
}

function shape({ kind, points, x, y, r, fill = "none", stroke = "none", dash = [] }) {
  const look = `fill="${fill}" stroke="${stroke}" stroke-width="1.5" stroke-dasharray="${dash.join(" ")}"`;
  if (kind === "dot") return `<circle cx="${x}" cy="${y}" r="${r}" ${look}/>`;
  return `<${kind === "poly" ? "polygon" : "polyline"} points="${points.map(at).join(" ")}" ${look}/>`;
}

function axes(u, { muted, rule }) {
  const { x, y, left, right, bottom } = frame(u);
  const [across, up] = u.axes;
  const text = (px, py, anchor, words) => `<text x="${px}" y="${py}" text-anchor="${anchor}" fill="${muted}">${safe(words)}</text>`;
  return [
    ...up._splits.flatMap((value, i) => [
      `<line x1="${left}" x2="${right}" y1="${y(value)}" y2="${y(value)}" stroke="${rule}"/>`,
      text(left - 8, y(value) + 4, "end", up._values[i] ?? ""),
    ]),
    ...across._splits.map((value, i) => text(x(value), bottom + 20, "middle", across._values[i] ?? "")),
  ];
}

// The stretches without a gap, each as a band and a line.
function curve(u, data, { kind, values, low, high }, colours) {
  const { x, y } = frame(u);
  const place = (series) => (i) => [x(data.x[i]), y(series[i])];
  return stretches(values).flatMap((run) => [
    low.length ? `<polygon points="${[...run.map(place(high)), ...[...run].reverse().map(place(low))].map(at).join(" ")}" fill="${colours.band}"/>` : "",
    `<polyline points="${run.map(place(values)).map(at).join(" ")}" fill="none" stroke="${colours[kind]}" stroke-width="2" stroke-linecap="round"${kind === "beside" ? ` stroke-dasharray="${BESIDE.join(" ")}"` : ""}/>`,
    ...(run.length === 1 && !(data.unfinished && run[0] === values.length - 1)
      ? [shape({ kind: "dot", x: x(data.x[run[0]]), y: y(values[run[0]]), r: 3, fill: colours[kind] })] : []),
  ]);
}

function stretches(values) {
  const runs = [[]];
  values.forEach((value, i) => value == null ? runs.push([]) : runs.at(-1).push(i));
  return runs.filter((run) => run.length);
}
