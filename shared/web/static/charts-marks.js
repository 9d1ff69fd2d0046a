// What uPlot does not draw for us, as plain shapes in CSS pixels of the chart: shaded incidents and bars under the
// lines; baseline, target, flags, single intervals and the hollow last point over them. The same shapes go on the
// canvas and into the SVG.

// How the line is drawn that another is compared with.
export const BESIDE = [6, 4];

export function palette(figure) {
  const style = getComputedStyle(figure);
  const of = (name) => style.getPropertyValue(`--${name}`).trim();
  return {
    bg: of("bg"), fg: of("fg"), muted: of("muted"), rule: of("line"), line: of("mark"), beside: of("muted"),
    band: of("mark-band"), span: of("mark-span"), plain: of("mark"), worse: of("mark-worse"), middle: of("mark-middle"),
    better: of("mark-better"),
  };
}

// The plot's own rectangle, and where a value lies in it.
export function frame(u) {
  const ratio = devicePixelRatio;
  const left = u.bbox.left / ratio, top = u.bbox.top / ratio;
  const width = u.bbox.width / ratio, height = u.bbox.height / ratio;
  return {
    left, top, right: left + width, bottom: top + height,
    x: (value) => left + Math.min(width, Math.max(0, u.valToPos(value, "x"))),
    y: (value) => top + Math.min(height, Math.max(0, u.valToPos(value, "y"))),
  };
}

export function under(u, data, colours) {
  const { x, top, bottom } = frame(u);
  const spans = data.spans.map(([first, last]) => rect(x(first - 0.5), top, x(last + 0.5), bottom, { fill: colours.span }));
  return [...spans, ...bars(u, data, colours)];
}

function bars(u, data, colours) {
  const { x, y } = frame(u);
  const half = 0.4 * data.step;
  return data.x.flatMap((at, i) => {
    let sum = 0;
    return data.bars.flatMap(({ kind, values }) => {
      if (!values[i]) return [];
      const from = y(sum), to = y(sum += values[i]);
      const hollow = data.unfinished && i === data.x.length - 1;
      return [rect(x(at - half), to, x(at + half), from, hollow ? { stroke: colours[kind] } : { fill: colours[kind] })];
    });
  });
}

export function over(u, data, colours) {
  const { x, y, left, right, top, bottom } = frame(u);
  const levels = data.levels.map(({ kind, value }) =>
    line(left, y(value), right, y(value), { stroke: colours.fg, dash: kind === "baseline" ? [6, 4] : [1, 3] }));
  const marks = data.marks.flatMap(({ kind, day }) => [
    line(x(day), top, x(day), bottom, { stroke: colours.fg, dash: kind === "flag" ? [2, 2] : [] }),
    kind === "flag" ? flag(x(day), top, colours) : pin(x(day), top, colours),
  ]);
  return [...levels, ...marks, ...data.lines.flatMap((one) => [...single(u, one, colours), ...hollow(u, data, one, colours)])];
}

// The interval of a step alone between gaps, which a band cannot show.
function single(u, { kind, values, low, high }, colours) {
  const { x, y } = frame(u);
  return values.flatMap((value, i) =>
    value == null || low[i] == null || values[i - 1] != null || values[i + 1] != null
      ? []
      : [line(x(u.data[0][i]), y(low[i]), x(u.data[0][i]), y(high[i]), { stroke: colours[kind] })]);
}

function hollow(u, data, { kind, values }, colours) {
  const last = values.length - 1;
  if (!data.unfinished || values[last] == null) return [];
  const { x, y } = frame(u);
  return [{ kind: "dot", x: x(data.x[last]), y: y(values[last]), r: 4, fill: colours.bg, stroke: colours[kind] }];
}

const rect = (x1, y1, x2, y2, look) => ({ kind: "poly", points: [[x1, y1], [x2, y1], [x2, y2], [x1, y2]], ...look });
const line = (x1, y1, x2, y2, look) => ({ kind: "line", points: [[x1, y1], [x2, y2]], ...look });
const flag = (x, top, { fg }) => ({ kind: "poly", points: [[x, top - 14], [x + 11, top - 10], [x, top - 5], [x, top]], fill: fg, stroke: fg });
const pin = (x, top, { fg }) => ({ kind: "poly", points: [[x - 6, top - 10], [x + 6, top - 10], [x, top]], fill: fg });

export function onCanvas(u, shapes) {
  const { ctx } = u;
  ctx.save();
  ctx.scale(devicePixelRatio, devicePixelRatio);
  for (const shape of shapes) {
    ctx.beginPath();
    if (shape.kind === "dot") ctx.arc(shape.x, shape.y, shape.r, 0, 2 * Math.PI);
    else shape.points.forEach(([x, y], i) => i ? ctx.lineTo(x, y) : ctx.moveTo(x, y));
    if (shape.kind === "poly") ctx.closePath();
    if (shape.fill) { ctx.fillStyle = shape.fill; ctx.fill(); }
    if (shape.stroke) {
      ctx.strokeStyle = shape.stroke;
      ctx.lineWidth = 1.5;
      ctx.setLineDash(shape.dash ?? []);
      ctx.stroke();
    }
  }
  ctx.restore();
}
