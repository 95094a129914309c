// What looks come to, on the ground: a raster that is drawn as it came, one number a cell, and coloured on the graphics card. A hundred
// thousand cells are one texture. It is drawn within the map's own picture, over the land and under every line and name.
import type { CustomLayerInterface, CustomRenderMethodInput, Map as MapLibreMap } from 'maplibre-gl'
import type { Grid } from '../ground/raster'
import { copies, matrixAt, mercatorX, mercatorY } from './moving-geometry'
import { scaleFor, steps } from './scale'
import { rgb, type Theme, type ThemeName } from './theme'

/** A raster to be drawn: 0 to 1 of the scale; -1 is clear, -2 is hatched. */
export interface Picture {
  readonly grid: Grid
  readonly shares: Float32Array
}

/** A row is straight enough on the map; so many are enough for any screen. */
const mostStrips = 4096
const across = 1024 // of the texture: a raster may be longer than a texture is wide

const vertex = `#version 300 es
precision highp float;
uniform mat4 u_matrix;
layout(location = 0) in vec4 a_at;
out vec2 v_cell;
void main() {
  v_cell = a_at.zw;
  gl_Position = u_matrix * vec4(a_at.xy, 0.0, 1.0);
}`

const fragment = `#version 300 es
precision highp float;
precision highp int;
precision highp sampler2D;
uniform sampler2D u_shares;
uniform sampler2D u_scale;
uniform ivec2 u_size;
uniform vec3 u_hatch;
uniform float u_ratio;
in vec2 v_cell;
out vec4 o_colour;
void main() {
  ivec2 c = clamp(ivec2(floor(v_cell)), ivec2(0), u_size - 1);
  int i = c.y * u_size.x + c.x;
  float v = texelFetch(u_shares, ivec2(i % ${across}, i / ${across}), 0).r;
  if (v < -1.5) {
    float d = mod(gl_FragCoord.x + gl_FragCoord.y, 10.0 * u_ratio);
    if (d > 1.3 * u_ratio) discard;
    o_colour = vec4(u_hatch, 1.0);
    return;
  }
  if (v < -0.5) discard;
  o_colour = texelFetch(u_scale, ivec2(int(v * ${steps - 1}.0 + 0.5), 0), 0);
}`

interface Card {
  readonly program: WebGLProgram
  readonly at: Record<string, WebGLUniformLocation | null>
  readonly array: WebGLVertexArrayObject
  readonly strips: WebGLBuffer
  readonly shares: WebGLTexture
  readonly scale: WebGLTexture
}

/** The corners of the strips, from north to south: x and y of the world from the upper left corner of the grid, column and row. */
export function stripsOf(g: Grid): { origin: { x: number; y: number }; corners: Float32Array; wide: number } {
  const y = (row: number) => mercatorY(g.north - row * g.height)
  const origin = { x: mercatorX(g.west), y: y(0) }
  const wide = Math.min(360, g.columns * g.width) / 360
  const step = Math.ceil(g.rows / mostStrips)
  const corners: number[] = []
  for (let row = 0; ; row = Math.min(g.rows, row + step)) {
    corners.push(0, y(row) - origin.y, 0, row, wide, y(row) - origin.y, g.columns, row)
    if (row === g.rows) break
  }
  return { origin, corners: new Float32Array(corners), wide }
}

export class CoverageLayer implements CustomLayerInterface {
  readonly id = 'coverage'
  readonly type = 'custom'
  readonly renderingMode = '2d'

  private map: MapLibreMap | undefined
  private card: Card | undefined
  private picture: Picture | null = null
  private placed: ReturnType<typeof stripsOf> | undefined
  private stale = { grid: true, shares: true, scale: true }
  private drawn: Picture | null = null

  constructor(
    private theme: Theme,
    private name: ThemeName,
  ) {}

  /** The picture that was drawn last; null where none was. */
  get shown(): Picture | null {
    return this.drawn
  }

  set(picture: Picture | null): void {
    if (picture?.grid !== this.picture?.grid) this.stale.grid = true
    this.picture = picture
    this.stale.shares = true
    this.map?.triggerRepaint()
  }

  setTheme(theme: Theme, name: ThemeName): void {
    this.theme = theme
    this.name = name
    this.stale.scale = true
    this.map?.triggerRepaint()
  }

  onAdd(map: MapLibreMap, gl: WebGL2RenderingContext): void {
    this.map = map
    this.stale = { grid: true, shares: true, scale: true }
    const program = gl.createProgram()
    for (const [type, source] of [[gl.VERTEX_SHADER, vertex], [gl.FRAGMENT_SHADER, fragment]] as const) {
      const shader = gl.createShader(type)
      if (!shader) return // the context is lost; the map adds it again when it is back
      gl.shaderSource(shader, source)
      gl.compileShader(shader)
      gl.attachShader(program, shader)
      gl.deleteShader(shader)
    }
    gl.linkProgram(program)
    if (!gl.getProgramParameter(program, gl.LINK_STATUS) && !gl.isContextLost()) throw new Error(`coverage layer: ${gl.getProgramInfoLog(program) ?? ''}`)
    const at: Card['at'] = {}
    for (const name of ['u_matrix', 'u_shares', 'u_scale', 'u_size', 'u_hatch', 'u_ratio']) at[name] = gl.getUniformLocation(program, name)
    const strips = gl.createBuffer(), array = gl.createVertexArray()
    gl.bindVertexArray(array)
    gl.bindBuffer(gl.ARRAY_BUFFER, strips)
    gl.enableVertexAttribArray(0)
    gl.vertexAttribPointer(0, 4, gl.FLOAT, false, 16, 0)
    gl.bindVertexArray(null)
    this.card = { program, at, array, strips, shares: gl.createTexture(), scale: gl.createTexture() }
  }

  onRemove(_: MapLibreMap, gl: WebGL2RenderingContext): void {
    if (this.card) {
      gl.deleteProgram(this.card.program)
      gl.deleteBuffer(this.card.strips)
      gl.deleteVertexArray(this.card.array)
      gl.deleteTexture(this.card.shares)
      gl.deleteTexture(this.card.scale)
    }
    this.card = undefined
    this.map = undefined
    this.drawn = null
  }

  render(gl: WebGL2RenderingContext, input: CustomRenderMethodInput): void {
    const { card, map, picture } = this
    this.drawn = null
    if (!card || !map || !picture) return
    this.upload(gl, card, picture)
    const placed = this.placed!
    gl.useProgram(card.program)
    gl.bindVertexArray(card.array)
    gl.disable(gl.DEPTH_TEST)
    gl.disable(gl.STENCIL_TEST)
    gl.disable(gl.CULL_FACE)
    gl.enable(gl.BLEND)
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA)
    gl.activeTexture(gl.TEXTURE0)
    gl.bindTexture(gl.TEXTURE_2D, card.shares)
    gl.activeTexture(gl.TEXTURE1)
    gl.bindTexture(gl.TEXTURE_2D, card.scale)
    gl.uniform1i(card.at.u_shares!, 0)
    gl.uniform1i(card.at.u_scale!, 1)
    gl.uniform2i(card.at.u_size!, picture.grid.columns, picture.grid.rows)
    gl.uniform3fv(card.at.u_hatch!, rgb(this.theme.tool))
    const ground = map.getCanvas()
    gl.uniform1f(card.at.u_ratio!, ground.width / Math.max(1, ground.clientWidth))
    const bounds = map.getBounds()
    const matrix = Float64Array.from(input.defaultProjectionData.mainMatrix as ArrayLike<number>)
    const lie = { matrix, width: ground.clientWidth, height: ground.clientHeight, west: mercatorX(bounds.getWest()), east: mercatorX(bounds.getEast()) }
    for (const k of copies(lie, placed.origin.x, [0, placed.wide])) {
      gl.uniformMatrix4fv(card.at.u_matrix!, false, matrixAt(matrix, placed.origin.x + k, placed.origin.y))
      gl.drawArrays(gl.TRIANGLE_STRIP, 0, placed.corners.length / 4)
    }
    gl.bindVertexArray(null)
    this.drawn = picture
  }

  /** Within a render, where the map expects the state of the card to be changed. */
  private upload(gl: WebGL2RenderingContext, card: Card, { grid, shares }: Picture): void {
    gl.pixelStorei(gl.UNPACK_FLIP_Y_WEBGL, false)
    gl.pixelStorei(gl.UNPACK_PREMULTIPLY_ALPHA_WEBGL, false)
    gl.pixelStorei(gl.UNPACK_ALIGNMENT, 4)
    const plain = () => {
      for (const [name, value] of [[gl.TEXTURE_MIN_FILTER, gl.NEAREST], [gl.TEXTURE_MAG_FILTER, gl.NEAREST], [gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE], [gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE]] as const) gl.texParameteri(gl.TEXTURE_2D, name, value)
    }
    if (this.stale.grid || !this.placed) {
      this.placed = stripsOf(grid)
      gl.bindBuffer(gl.ARRAY_BUFFER, card.strips)
      gl.bufferData(gl.ARRAY_BUFFER, this.placed.corners, gl.STATIC_DRAW)
    }
    if (this.stale.shares) {
      const lines = Math.ceil(shares.length / across)
      const whole = new Float32Array(across * lines)
      whole.set(shares)
      gl.bindTexture(gl.TEXTURE_2D, card.shares)
      gl.texImage2D(gl.TEXTURE_2D, 0, gl.R32F, across, lines, 0, gl.RED, gl.FLOAT, whole)
      plain()
    }
    if (this.stale.scale) {
      gl.bindTexture(gl.TEXTURE_2D, card.scale)
      gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA8, steps, 1, 0, gl.RGBA, gl.UNSIGNED_BYTE, scaleFor(this.name))
      plain()
    }
    this.stale = { grid: false, shares: false, scale: false }
  }
}
