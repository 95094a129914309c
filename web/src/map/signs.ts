// The signs of aircraft, drawn once a theme into one picture that the moving layer cuts them out of: eight cells in a row, each with
// the nose up. Which cell: 1 for stale, 2 for selected, 4 for no heading, added up.
import type { Theme } from './theme'

/** In CSS pixels: the side of a cell, and half the width and length of what is drawn in it, by what it is. */
export const signs = { cell: 40, wide: 13.5, long: 12, round: 8.5, ringed: 19 } as const

type Strip = readonly [fromX: number, fromY: number, toX: number, toY: number, half: number]

/** Fuselage, wings and tail. */
const winged: readonly Strip[] = [[0, -8, 0, 9.5, 1.9], [0, 2.5, 11, -0.5, 1.6], [0, 2.5, -11, -0.5, 1.6], [0, -8, 4, -9, 1.3], [0, -8, -4, -9, 1.3]]
/** Who has no heading is a disc, which points nowhere. */
const disc: readonly Strip[] = [[0, 0, 0.01, 0, 5.5]]
const rim = 1.8

/** Draws the signs into the texture that is bound. */
export function drawSigns(gl: WebGL2RenderingContext, theme: Theme, ratio: number): void {
  const scale = ratio * 2 // turned signs are drawn between pixels: twice as fine is sharp enough
  const canvas = document.createElement('canvas')
  canvas.width = Math.ceil(signs.cell * scale) * 8
  canvas.height = Math.ceil(signs.cell * scale)
  const c = canvas.getContext('2d')
  if (!c) return
  for (let cell = 0; cell < 8; cell++) {
    const stale = (cell & 1) !== 0, selected = (cell & 2) !== 0
    const shape = cell & 4 ? disc : winged
    const ink = stale ? theme.stale : selected ? theme.selected : theme.own
    c.setTransform(scale, 0, 0, -scale, (cell + 0.5) * (canvas.width / 8), canvas.height / 2)
    c.lineCap = 'round'
    const stroke = (colour: string, wider: number) => {
      c.strokeStyle = colour
      for (const [ax, ay, bx, by, half] of shape) {
        c.lineWidth = Math.max(0.1, 2 * (half + wider))
        c.beginPath()
        c.moveTo(ax, ay)
        c.lineTo(bx, by)
        c.stroke()
      }
    }
    stroke(theme.outline, rim)
    // Stale is hollow as well as grey, so that it is told apart without colour.
    if (stale) {
      stroke(ink, 0.9)
      stroke(theme.outline, -0.5)
    } else stroke(ink, 0)
    if (selected) {
      for (const [colour, width] of [[theme.outline, 4], [theme.selected, 2]] as const) {
        c.strokeStyle = colour
        c.lineWidth = width
        c.beginPath()
        c.arc(0, 0, 16, 0, 2 * Math.PI)
        c.stroke()
      }
    }
  }
  gl.pixelStorei(gl.UNPACK_PREMULTIPLY_ALPHA_WEBGL, true)
  gl.pixelStorei(gl.UNPACK_FLIP_Y_WEBGL, false)
  gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, gl.RGBA, gl.UNSIGNED_BYTE, canvas)
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.LINEAR)
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.LINEAR)
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE)
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE)
  gl.pixelStorei(gl.UNPACK_PREMULTIPLY_ALPHA_WEBGL, false)
}
