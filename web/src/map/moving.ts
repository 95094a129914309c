// Everything that moves, in one layer of its own WebGL 2: a thousand aircraft and their footprints cost one upload and three
// draw calls a message. Points are drawn where they were measured: nothing is interpolated.
import type { CustomLayerInterface, CustomRenderMethodInput, Map as MapLibreMap } from 'maplibre-gl'
import { emptyFrame, type MovingFrame } from '../live/frame'
import {
  aircraftStride, copies, cornerStride, hits, lineStride, matrixAt, mercatorX, mercatorY, pack, readBack,
  type Drawn, type Hit, type Lie, type Packed, type Point,
} from './moving-geometry'
import { drawSigns, signs } from './signs'
import { rgb, type Theme } from './theme'

export type { Drawn, Hit } from './moving-geometry'

export interface MovingOptions {
  readonly id?: string
  readonly theme: Theme
  /** seconds after which a position no longer counts as where the aircraft is: it is drawn hollow and grey */
  readonly staleAfter?: number
  /** seconds after which a footprint is gone: where a camera looked is not where it looks */
  readonly goneAfter?: number
  /** the radius within which a click means an aircraft, in CSS pixels */
  readonly reach?: number
}

const common = `#version 300 es
precision highp float;
uniform mat4 u_matrix;
uniform vec2 u_view;      // pixels of the canvas
uniform float u_pixel;    // canvas pixels in a CSS pixel
uniform float u_now;      // seconds after the frame's time
uniform float u_stale;
uniform float u_gone;
bool has(float marks, int bit) { return (int(marks + 0.5) & bit) != 0; }
`

const aircraftVertex = `${common}
layout(location = 0) in vec2 a_at;
layout(location = 1) in float a_heading;
layout(location = 2) in float a_time;
layout(location = 3) in float a_marks;
layout(location = 4) in vec2 a_corner; // from -1 to 1
out vec2 v_sign;
void main() {
  // A sign is a piece of one picture, no larger than what is drawn in it: in software rendering every pixel is paid for, and one
  // that is looked up costs a third of one that is worked out.
  bool selected = has(a_marks, 2), stale = u_now - a_time > u_stale;
  vec2 at = a_corner * (selected ? vec2(${signs.ringed.toFixed(1)}) : has(a_marks, 4) ? vec2(${signs.round.toFixed(1)}) : vec2(${signs.wide.toFixed(1)}, ${signs.long.toFixed(1)}));
  float cell = (has(a_marks, 4) ? 4.0 : 0.0) + (selected ? 2.0 : 0.0) + (stale ? 1.0 : 0.0);
  v_sign = vec2((cell + 0.5 + at.x / ${signs.cell.toFixed(1)}) / 8.0, 0.5 - at.y / ${signs.cell.toFixed(1)});
  float c = cos(a_heading), s = sin(a_heading);
  vec4 p = u_matrix * vec4(a_at, 0.0, 1.0);
  p.xy += vec2(at.x * c + at.y * s, at.y * c - at.x * s) * u_pixel * 2.0 / u_view * p.w;
  gl_Position = p;
}`

const aircraftFragment = `${common}
uniform sampler2D u_signs;
in vec2 v_sign;
out vec4 o_colour;
void main() { o_colour = texture(u_signs, v_sign); }`

const cornerVertex = `${common}
layout(location = 0) in vec2 a_at;
layout(location = 1) in float a_time;
layout(location = 2) in float a_marks;
flat out float v_alpha;
flat out float v_selected;
void main() {
  float age = u_now - a_time;
  v_selected = has(a_marks, 2) ? 1.0 : 0.0;
  v_alpha = age > u_gone ? 0.0 : mix(0.30, 0.05, clamp(age / u_stale, 0.0, 1.0));
  gl_Position = age > u_gone ? vec4(2.0, 2.0, 2.0, 1.0) : u_matrix * vec4(a_at, 0.0, 1.0);
}`

const cornerFragment = `${common}
uniform vec3 u_ink, u_selected;
flat in float v_alpha;
flat in float v_selected;
out vec4 o_colour;
void main() { o_colour = vec4(mix(u_ink, u_selected, v_selected) * v_alpha, v_alpha); }`

const lineVertex = `${common}
layout(location = 0) in vec4 a_ends;
layout(location = 1) in float a_time;
layout(location = 2) in float a_marks;
layout(location = 3) in vec2 a_corner; // along 0..1, across -1..1
out float v_along;
out float v_across;
flat out float v_half;
flat out float v_marks;
flat out float v_stale;
void main() {
  float age = u_now - a_time;
  vec4 p = u_matrix * vec4(a_ends.xy, 0.0, 1.0);
  vec4 q = u_matrix * vec4(a_ends.zw, 0.0, 1.0);
  vec2 a = p.xy / p.w * u_view * 0.5, b = q.xy / q.w * u_view * 0.5;
  float reach = max(length(b - a), 0.0001);
  vec2 along = (b - a) / reach;
  v_marks = a_marks;
  v_stale = age > u_stale ? 1.0 : 0.0;
  v_half = (has(a_marks, 8) ? 0.6 : has(a_marks, 2) ? 1.5 : 0.9) * u_pixel;
  v_along = a_corner.x * reach / u_pixel;
  v_across = a_corner.y * (v_half + 1.0);
  vec2 at = mix(a, b, a_corner.x) + vec2(-along.y, along.x) * v_across;
  gl_Position = age > u_gone ? vec4(2.0, 2.0, 2.0, 1.0) : vec4(at / (u_view * 0.5), 0.0, 1.0);
}`

const lineFragment = `${common}
uniform vec3 u_ink, u_grey, u_selected, u_sensor, u_provisional;
in float v_along;
in float v_across;
flat in float v_half;
flat in float v_marks;
flat in float v_stale;
out vec4 o_colour;
void main() {
  bool sensor = has(v_marks, 8), stale = v_stale > 0.5, provisional = has(v_marks, 1);
  // dots for the line of sight and for what is stale, dashes for what is provisional, unbroken for what is sealed
  float period = sensor ? 5.0 : stale ? 4.0 : 9.0;
  float on = sensor ? 2.0 : stale ? 1.5 : provisional ? 6.0 : 9.0;
  if (mod(v_along, period) > on) discard;
  vec3 ink = stale ? u_grey : has(v_marks, 2) ? u_selected : sensor ? u_sensor : provisional ? u_provisional : u_ink;
  float alpha = clamp(v_half + 0.5 - abs(v_across), 0.0, 1.0) * (sensor ? 0.8 : 1.0);
  o_colour = vec4(ink * alpha, alpha);
}`

const plainUniforms = ['u_matrix', 'u_view', 'u_pixel', 'u_now', 'u_stale', 'u_gone'] as const

interface Program {
  readonly program: WebGLProgram
  readonly at: Record<string, WebGLUniformLocation | null>
}

function compile(gl: WebGL2RenderingContext, vertex: string, fragment: string, inks: readonly string[]): Program {
  const program = gl.createProgram()
  for (const [type, source] of [[gl.VERTEX_SHADER, vertex], [gl.FRAGMENT_SHADER, fragment]] as const) {
    const shader = gl.createShader(type)
    if (!shader) throw new Error('moving layer: the graphics context is lost')
    gl.shaderSource(shader, source)
    gl.compileShader(shader)
    gl.attachShader(program, shader)
    gl.deleteShader(shader) // goes with the program
  }
  gl.linkProgram(program)
  if (!gl.getProgramParameter(program, gl.LINK_STATUS) && !gl.isContextLost()) {
    throw new Error(`moving layer: ${gl.getProgramInfoLog(program) ?? ''}`)
  }
  const at: Program['at'] = {}
  for (const name of [...plainUniforms, ...inks]) at[name] = gl.getUniformLocation(program, name)
  return { program, at }
}

/** What lives on the graphics card; made anew when the context was lost. */
interface Card {
  readonly aircraft: Program
  readonly corners: Program
  readonly lines: Program
  readonly buffers: { readonly aircraft: WebGLBuffer; readonly corners: WebGLBuffer; readonly lines: WebGLBuffer }
  readonly signs: WebGLTexture
  readonly arrays: { readonly aircraft: WebGLVertexArrayObject; readonly corners: WebGLVertexArrayObject; readonly lines: WebGLVertexArrayObject }
}

function prepare(gl: WebGL2RenderingContext): Card {
  const buffers = { aircraft: gl.createBuffer(), corners: gl.createBuffer(), lines: gl.createBuffer() }
  const array = (b: WebGLBuffer, sizes: number[]) => {
    const v = gl.createVertexArray()
    gl.bindVertexArray(v)
    gl.bindBuffer(gl.ARRAY_BUFFER, b)
    const stride = sizes.reduce((s, k) => s + k, 0) * 4
    let offset = 0
    sizes.forEach((size, location) => {
      gl.enableVertexAttribArray(location)
      gl.vertexAttribPointer(location, size, gl.FLOAT, false, stride, offset)
      offset += size * 4
    })
    gl.bindVertexArray(null)
    return v
  }
  return {
    aircraft: compile(gl, aircraftVertex, aircraftFragment, ['u_signs']),
    corners: compile(gl, cornerVertex, cornerFragment, ['u_ink', 'u_selected']),
    lines: compile(gl, lineVertex, lineFragment, ['u_ink', 'u_grey', 'u_selected', 'u_sensor', 'u_provisional']),
    buffers,
    signs: gl.createTexture(),
    arrays: {
      aircraft: array(buffers.aircraft, [2, 1, 1, 1, 2]),
      corners: array(buffers.corners, [2, 1, 1]),
      lines: array(buffers.lines, [4, 1, 1, 2]),
    },
  }
}

export class MovingLayer implements CustomLayerInterface {
  readonly id: string
  readonly type = 'custom'
  readonly renderingMode = '2d'

  private map: MapLibreMap | undefined
  private card: Card | undefined
  private theme: Theme
  private readonly staleAfter: number
  private readonly goneAfter: number
  private readonly reach: number

  private pending: MovingFrame | undefined
  private drawn: MovingFrame = emptyFrame
  private packed: Packed | undefined
  private selected: ReadonlySet<number> = new Set()
  private now = 0
  private lie: Lie | undefined
  private signed: { readonly theme: Theme; readonly ratio: number } | undefined // what the picture of the signs was drawn for
  // what the last picture was drawn from, once its draw calls were made
  private shown: { readonly packed: Packed; readonly time: number; readonly now: number } | undefined

  constructor(options: MovingOptions) {
    this.id = options.id ?? 'moving'
    this.theme = options.theme
    this.staleAfter = options.staleAfter ?? 10
    this.goneAfter = options.goneAfter ?? 120
    this.reach = options.reach ?? 14
  }

  /** The newest frame wins: one that was not drawn yet is forgotten. The arrays belong to the layer from here on. */
  set(frame: MovingFrame): void {
    this.pending = frame
    this.now = Math.max(frame.time, this.now)
    if (frame.time < this.drawn.time) this.now = frame.time // the clock was set back: a replay
    this.map?.triggerRepaint()
  }

  /** What time it is, in Unix milliseconds, for things to grow old when no message comes; once a second is enough. */
  setNow(ms: number): void {
    if (ms === this.now) return
    this.now = ms
    if (this.drawn.ids.length + this.drawn.footprintOf.length > 0) this.map?.triggerRepaint()
  }

  select(ids: Iterable<number>): void {
    this.selected = new Set(ids)
    this.packed = undefined
    this.map?.triggerRepaint()
  }

  setTheme(theme: Theme): void {
    this.theme = theme
    this.map?.triggerRepaint()
  }

  /** The frame on the screen, and the time it is shown at. */
  get frame(): MovingFrame {
    return this.drawn
  }

  get time(): number {
    return this.now
  }

  /** What is on the screen, read back from the buffers that it was drawn from. */
  account(): Drawn {
    const s = this.shown
    return s ? readBack(s.packed, s.time, s.now, this.staleAfter, this.goneAfter) : { aircraft: [], footprints: [] }
  }

  isStale(instant: number): boolean {
    return this.now - instant > this.staleAfter * 1000
  }

  isGone(footprintInstant: number): boolean {
    return this.now - footprintInstant > this.goneAfter * 1000
  }

  /** What is under a pixel of the map, counted from its upper left corner, as it was last drawn. */
  at(x: number, y: number): Hit[] {
    return this.lie ? hits(this.drawn, this.lie, x, y, this.reach, this.now - this.goneAfter * 1000) : []
  }

  onAdd(map: MapLibreMap, gl: WebGL2RenderingContext): void {
    this.map = map
    this.card = prepare(gl)
    this.packed = undefined
    this.signed = undefined
  }

  onRemove(_map: MapLibreMap, gl: WebGL2RenderingContext): void {
    if (this.card) {
      for (const p of [this.card.aircraft, this.card.corners, this.card.lines]) gl.deleteProgram(p.program)
      for (const b of Object.values(this.card.buffers)) gl.deleteBuffer(b as WebGLBuffer)
      gl.deleteTexture(this.card.signs)
      for (const v of Object.values(this.card.arrays)) gl.deleteVertexArray(v as WebGLVertexArrayObject)
    }
    this.card = undefined
    this.map = undefined
    this.lie = undefined
    this.shown = undefined
  }

  render(gl: WebGL2RenderingContext, input: CustomRenderMethodInput): void {
    const { map, card } = this
    if (!map || !card) return
    const canvas = map.getCanvas()
    const centre = map.getCenter()
    const bounds = map.getBounds()
    const matrix = input.defaultProjectionData.mainMatrix as ArrayLike<number>
    this.lie = {
      matrix: Float64Array.from(matrix),
      width: canvas.clientWidth,
      height: canvas.clientHeight,
      west: mercatorX(bounds.getWest()),
      east: mercatorX(bounds.getEast()),
    }
    if (this.pending) {
      this.drawn = this.pending
      this.pending = undefined
      this.packed = undefined
    }
    const middle: Point = { x: mercatorX(centre.lng), y: mercatorY(centre.lat) }
    if (!this.packed || this.strayed(this.packed.origin, middle, map.getZoom())) {
      this.packed = pack(this.drawn, middle, this.selected)
      this.upload(gl, card, this.packed)
    }
    const { packed } = this
    const shown = { packed, time: this.drawn.time, now: this.now }
    if (packed.aircraft.length + packed.lines.length === 0) {
      this.shown = shown
      return
    }
    this.shown = undefined

    gl.enable(gl.BLEND)
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA)
    gl.disable(gl.DEPTH_TEST)
    gl.disable(gl.STENCIL_TEST)
    gl.disable(gl.CULL_FACE)
    const shifts = copies(this.lie, packed.origin.x, packed.reach)
    const t = this.theme
    const pass = (p: Program, array: WebGLVertexArrayObject, inks: Record<string, string>, draw: () => void) => {
      gl.useProgram(p.program)
      gl.bindVertexArray(array)
      gl.uniform2f(p.at.u_view!, canvas.width, canvas.height)
      gl.uniform1f(p.at.u_pixel!, canvas.width / Math.max(1, canvas.clientWidth))
      gl.uniform1f(p.at.u_now!, (this.now - this.drawn.time) / 1000)
      gl.uniform1f(p.at.u_stale!, this.staleAfter)
      gl.uniform1f(p.at.u_gone!, this.goneAfter)
      for (const [name, colour] of Object.entries(inks)) gl.uniform3fv(p.at[name]!, rgb(colour))
      for (const k of shifts) {
        gl.uniformMatrix4fv(p.at.u_matrix!, false, matrixAt(matrix, packed.origin.x + k, packed.origin.y))
        draw()
      }
    }
    if (packed.corners.length > 0) {
      pass(card.corners, card.arrays.corners, { u_ink: t.footprint, u_selected: t.selected }, () =>
        gl.drawArrays(gl.TRIANGLES, 0, packed.corners.length / cornerStride))
    }
    if (packed.lines.length > 0) {
      const inks = { u_ink: t.footprint, u_grey: t.stale, u_selected: t.selected, u_sensor: t.sensor, u_provisional: t.provisional }
      pass(card.lines, card.arrays.lines, inks, () => gl.drawArrays(gl.TRIANGLES, 0, (6 * packed.lines.length) / lineStride))
    }
    if (packed.aircraft.length > 0) {
      const ratio = canvas.width / Math.max(1, canvas.clientWidth)
      gl.activeTexture(gl.TEXTURE0)
      gl.bindTexture(gl.TEXTURE_2D, card.signs)
      if (this.signed?.theme !== t || this.signed.ratio !== ratio) {
        drawSigns(gl, t, ratio)
        this.signed = { theme: t, ratio }
      }
      pass(card.aircraft, card.arrays.aircraft, {}, () => {
        gl.uniform1i(card.aircraft.at.u_signs!, 0)
        gl.drawArrays(gl.TRIANGLES, 0, (6 * packed.aircraft.length) / aircraftStride)
      })
    }
    gl.bindVertexArray(null)
    this.shown = shown
  }

  /** Whether offsets from the origin are no longer good to a tenth of a pixel in the middle of the view. */
  private strayed(origin: Point, middle: Point, zoom: number): boolean {
    const allowed = (0.1 * 2 ** 24) / (512 * 2 ** zoom)
    const dx = middle.x - origin.x
    return Math.max(Math.abs(dx - Math.round(dx)), Math.abs(middle.y - origin.y)) > allowed
  }

  private upload(gl: WebGL2RenderingContext, card: Card, packed: Packed): void {
    const data = { aircraft: quads(packed.aircraft, aircraftStride, signCorners), corners: packed.corners, lines: quads(packed.lines, lineStride, lineCorners) }
    for (const name of ['aircraft', 'corners', 'lines'] as const) {
      gl.bindBuffer(gl.ARRAY_BUFFER, card.buffers[name])
      gl.bufferData(gl.ARRAY_BUFFER, data[name], gl.DYNAMIC_DRAW)
    }
  }
}

/** The corners of two triangles: of a sign, and of a line along and across. */
const signCorners = [-1, -1, 1, -1, -1, 1, -1, 1, 1, -1, 1, 1]
const lineCorners = [0, -1, 1, -1, 0, 1, 0, 1, 1, -1, 1, 1]

/** Every thing six times, with a corner each: instances would be shorter to send, and in software cost twenty times as much to draw. */
function quads(things: Float32Array, stride: number, corners: readonly number[]): Float32Array {
  const n = things.length / stride
  const out = new Float32Array(n * 6 * (stride + 2))
  let at = 0
  for (let i = 0; i < n; i++) {
    const thing = things.subarray(i * stride, (i + 1) * stride)
    for (let k = 0; k < 12; k += 2) {
      out.set(thing, at)
      out[at + stride] = corners[k]!
      out[at + stride + 1] = corners[k + 1]!
      at += stride + 2
    }
  }
  return out
}
