// Builds embed.js into ../static, minified; `--check` only says whether that file is what the source builds.
import { build } from 'esbuild'
import { readFileSync, writeFileSync } from 'node:fs'

const OUT = new URL('../static/embed.js', import.meta.url)

const css = {
  name: 'css',
  setup: ({ onLoad, esbuild }) =>
    onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const { code } = await esbuild.transform(readFileSync(path, 'utf8'), { loader: 'css', minify: true })
      return { contents: code.trim().replace(/([:,]) /g, '$1'), loader: 'text' } // left inside custom properties
    }),
}

const { outputFiles } = await build({
  entryPoints: [new URL('index.js', import.meta.url).pathname],
  bundle: true,
  minify: true,
  format: 'esm',
  target: 'es2022',
  charset: 'utf8',
  legalComments: 'none',
  mangleProps: /_$/,
  plugins: [css],
  write: false,
})
const [{ text }] = outputFiles
if (!process.argv.includes('--check')) writeFileSync(OUT, text)
else if (readFileSync(OUT, 'utf8') !== text) {
  console.error('static/embed.js is not what the source builds: run `npm run build`')
  process.exit(1)
}
