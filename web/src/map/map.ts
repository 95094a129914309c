// The map of every screen: ground, what is slow (tracks, entries, airspace, looked ground, pins), what moves, and the tools.
// It holds no word of any language: names and labels come from the caller, and describe() gives the caller what is drawn so
// that a list beside the map can say all that the map shows.
import 'maplibre-gl/dist/maplibre-gl.css'
import { Map as MapLibreMap, prewarm, setWorkerUrl, type GeoJSONSource, type MapMouseEvent } from 'maplibre-gl'
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url'
import borders from 'ground:borders'
import coast from 'ground:coast'
import land from 'ground:land'
import { flag, type MovingFrame } from '../live/frame'
import { circle, inverse } from '../place/geodesy'
import { wrapLongitude, type Place } from '../place/place'
import type { Lengths } from '../place/units'
import { CellMark, CoverageLayer, type Picture } from './coverage'
import { Crosshair } from './crosshair'
import { describeFrame, describeSlow, type Described, type Slow } from './describe'
import { graticule, lineName } from './graticule'
import { hatch, type HatchImage } from './hatch'
import * as icons from './icons'
import { layers, pickable, style, type Airspace, type Language } from './layers'
import { MovingLayer, type Drawn } from './moving'
import { Rings } from './rings'
import { roundScale } from './scalebar'
import { noSight, sightFeatures, type Sight } from './sight'
import { boxOf, standings, unbroken, type Box, type Entry, type Kind, type LonLat, type Looked, type Pick, type Pin, type Reported, type Standing, type Track } from './shape'
import { siteImage, sitesData, type DrawnSite } from './sites'
import { readTheme, type ThemeName } from './theme'
import { Tool, type Measured, type ToolKind } from './tool'

export type { Described } from './describe'
export type { Picture } from './coverage'
export type { Sight } from './sight'
export type { DrawnSite, Entry, Kind, LonLat, Looked, Measured, Pick, Pin, Reported, Standing, Track }

// Its worker comes from our own server; without this the map stays grey and nothing says why.
setWorkerUrl(workerUrl)
// It is read while the page begins, and kept from one screen to the next.
prewarm()

export interface Words {
  /** what a screen reader calls the canvas */
  readonly canvas: string
  readonly zoomIn: string
  readonly zoomOut: string
}

export interface Followed {
  readonly id: number
  readonly what: 'aircraft' | 'footprint'
}

export interface Readout {
  readonly place: Place
  readonly by: 'pointer' | 'keyboard'
  /** of the leg being measured */
  readonly leg: { readonly distance: number; readonly bearing: number } | undefined
}

export interface View {
  readonly lon: number
  readonly lat: number
  readonly zoom: number
}

export interface MapOptions {
  readonly words: Words
  readonly language: Language
  readonly theme: ThemeName
  readonly lengths?: Lengths
  readonly view?: View
  /** where there is no view: what the first one shows */
  readonly around?: Iterable<LonLat>
  /** what is shown whole is shown no closer than this */
  readonly closest?: number
  readonly graticule?: boolean
  /** without buttons and scale bar of its own, as on paper */
  readonly plain?: boolean
  /** seconds; see MovingLayer */
  readonly staleAfter?: number
  readonly goneAfter?: number
  /** Everything that was clicked, topmost first; empty where there was nothing. */
  readonly onSelect?: (picks: readonly Pick[], at: Place) => void
  /** Where pointer or crosshair is; undefined when the pointer leaves. */
  readonly onReadout?: (readout: Readout | undefined) => void
  readonly onMeasure?: (measured: Measured) => void
  readonly onView?: (view: View) => void
  readonly onError?: (error: Error) => void
}

export type OverflightMap = ReturnType<typeof createMap>

/** How near what is shown whole is shown. */
const closely = { padding: 48 }

const features = (list: GeoJSON.Feature[]): GeoJSON.FeatureCollection => ({ type: 'FeatureCollection', features: list })
const mutable = (points: readonly LonLat[]) => unbroken(points)

export function createMap(container: HTMLElement, options: MapOptions) {
  let theme = readTheme(options.theme, container)
  let { language, words } = options
  let lengths: Lengths = options.lengths ?? 'metric'
  let lines = options.graticule ?? true
  const closest = options.closest ?? 13
  let airspace: Airspace = { property: 'id', standings: new Map() }
  const slow: Slow = { tracks: [], entries: [], looked: [], pins: [], reported: [], sight: noSight, sites: [] }
  const moving = new MovingLayer({
    theme,
    ...(options.staleAfter === undefined ? {} : { staleAfter: options.staleAfter }),
    ...(options.goneAfter === undefined ? {} : { goneAfter: options.goneAfter }),
  }, () => {
    // Who keeps account of what was on the screen is told after every picture; what it reads is what was drawn.
    container.dispatchEvent(new CustomEvent<() => Drawn>('drawn', { detail: () => moving.account() }))
  })

  const around = boxOf(options.around ?? [])
  const map = new MapLibreMap({
    container,
    style: style(theme, language, airspace, { land, coast, borders }),
    center: [options.view?.lon ?? 0, options.view?.lat ?? 20],
    zoom: options.view?.zoom ?? 1.5,
    ...(around && !options.view ? { bounds: [[around.west, around.south], [around.east, around.north]], fitBoundsOptions: { ...closely, maxZoom: closest } } : {}),
    maxZoom: 19,
    maxPitch: 0,
    dragRotate: false, // north stays up: a bearing read off the screen is a bearing
    touchPitch: false,
    rollEnabled: false,
    fadeDuration: 0,
    attributionControl: false,
    canvasContextAttributes: { antialias: false },
    locale: { 'Map.Title': words.canvas },
  })
  const rings = new Rings(map, theme)
  const coverage = new CoverageLayer(theme, options.theme)
  const cell = new CellMark(map, container, theme)
  map.touchZoomRotate.disableRotation()
  map.keyboard.disableRotation()
  map.on('error', (e) => options.onError?.(e.error instanceof Error ? e.error : new Error(e.error.message)))
  // Buttons of our own: they follow the theme, in red as well
  const buttons = document.createElement('div')
  buttons.className = 'map-zoom'
  Object.assign(buttons.style, { position: 'absolute', right: '10px', top: '10px', display: 'grid', gap: '2px', zIndex: '2' })
  const zoomButtons = ([['+', 'zoomIn', 1], ['−', 'zoomOut', -1]] as const).map(([sign, word, by]) => {
    const button = document.createElement('button')
    button.type = 'button'
    button.textContent = sign
    Object.assign(button.style, { width: '32px', height: '32px', padding: '0', font: '600 18px/1 "Inter Variable", system-ui, sans-serif', borderRadius: '4px', cursor: 'pointer' })
    button.addEventListener('click', () => map.easeTo({ zoom: map.getZoom() + by, duration: 200 }))
    buttons.append(button)
    return [button, word] as const
  })
  const nameButtons = () => {
    for (const [button, word] of zoomButtons) {
      button.setAttribute('aria-label', words[word])
      button.title = words[word]
    }
  }
  nameButtons()

  const scaleBar = document.createElement('div')
  scaleBar.className = 'map-scale'
  scaleBar.setAttribute('aria-hidden', 'true') // a picture of a length; the readout says it in figures
  const crosshair = new Crosshair(container)
  if (!options.plain) container.append(scaleBar, buttons)

  let removed = false
  let styled = false
  /** Resolves once things can be put on the map. */
  const ready = new Promise<void>((resolve) => {
    map.on('style.load', () => {
      styled = true
      paintImages()
      if (!map.getLayer(coverage.id)) map.addLayer(coverage, 'coast')
      if (!map.getLayer(moving.id)) map.addLayer(moving)
      select(selection)
      for (const work of waiting.splice(0)) work()
      frameChanged()
      resolve()
    })
  })
  /** Resolves with the first picture that has the ground in it; a ground that cannot be had is reported and the rest goes on. */
  const drawn = new Promise<void>((resolve) => {
    const missing = new Set<string>(['land', 'coast', 'borders'])
    map.on('error', (e) => void missing.delete((e as { sourceId?: string }).sourceId ?? ''))
    const look = () => {
      for (const id of missing) if (map.getSource(id) && map.isSourceLoaded(id)) missing.delete(id)
      if (missing.size > 0 || !styled) return
      map.off('render', look)
      resolve()
    }
    map.on('render', look)
  })

  // When the graphics context is lost the style is rebuilt, all but the layer of our own and what was selected: that layer is
  // taken off before the map notices, and what is set meanwhile waits.
  const onLost = (e: Event) => {
    if (e.target !== map.getCanvas()) return // what moves has a context of its own, and brings itself back
    for (const own of [moving, coverage]) if (styled && map.getLayer(own.id)) map.removeLayer(own.id)
    styled = false
  }
  container.addEventListener('webglcontextlost', onLost, true)

  const waiting: (() => void)[] = []
  const whenStyled = (work: () => void) => {
    if (removed) return
    if (styled) work()
    else waiting.push(work)
  }
  const source = (id: string) => map.getSource(id) as GeoJSONSource
  const setData = (id: string, data: GeoJSON.FeatureCollection) => whenStyled(() => void source(id).setData(data))

  function paintImages(): void {
    const ratio = 2
    const put = (id: string, image: HatchImage) => {
      if (map.hasImage(id)) map.updateImage(id, image)
      else map.addImage(id, image, { pixelRatio: ratio })
    }
    for (const s of standings) {
      put(`hatch-${s}`, hatch(s, theme[s], ratio))
      put(`crossing-in-${s}`, icons.crossing(true, theme[s], theme.halo, ratio))
      put(`crossing-out-${s}`, icons.crossing(false, theme[s], theme.halo, ratio))
    }
    for (const id of map.listImages()) {
      const image = siteImage(id, theme, ratio)
      if (image) put(id, image)
    }
    put('pin', icons.pin(theme.pin, theme.halo, ratio))
    crosshair.setColours(theme.tool, theme.halo)
    for (const [button] of zoomButtons) Object.assign(button.style, { color: theme.label, background: theme.halo, border: `1px solid ${theme.border}` })
    Object.assign(scaleBar.style, {
      position: 'absolute', left: '12px', bottom: '26px', padding: '0 4px 1px', font: '11px/1.3 "Inter Variable", system-ui, sans-serif', pointerEvents: 'none',
      color: theme.label, border: `1.5px solid ${theme.label}`, borderTop: 'none', background: `${theme.halo}b0`, textAlign: 'center', boxSizing: 'border-box', zIndex: '1',
    })
  }

  // There are many signs of sites, and few are seen at a time: each is drawn when it is first asked for.
  map.on('styleimagemissing', ({ id }) => {
    const image = siteImage(id, theme)
    if (image && !map.hasImage(id)) map.addImage(id, image, { pixelRatio: 2 })
  })

  /** Sets what differs between the layers as they are and as they shall be. */
  function restyle(change: () => void): void {
    const before = layers(theme, language, airspace)
    change()
    whenStyled(() => {
      const after = layers(theme, language, airspace)
      after.forEach((layer, i) => {
        const was = before[i]!
        for (const group of ['paint', 'layout'] as const) {
          const now = (layer[group] ?? {}) as Record<string, unknown>
          const then = (was[group] ?? {}) as Record<string, unknown>
          for (const [name, value] of Object.entries(now)) {
            if (JSON.stringify(value) === JSON.stringify(then[name])) continue
            if (group === 'paint') map.setPaintProperty(layer.id, name as never, value as never)
            else map.setLayoutProperty(layer.id, name as never, value as never)
          }
        }
        if ('filter' in layer && 'filter' in was && JSON.stringify(layer.filter) !== JSON.stringify(was.filter)) map.setFilter(layer.id, layer.filter)
      })
    })
  }

  function frameChanged(): void {
    const bounds = map.getBounds()
    if (lines) {
      const g = graticule(
        { west: bounds.getWest(), south: bounds.getSouth(), east: bounds.getEast(), north: bounds.getNorth() },
        (degrees, axis) => lineName(degrees, axis, language),
      )
      source('graticule').setData(g.lines)
      source('graticule-names').setData(g.labels)
    } else {
      source('graticule').setData(features([]))
      source('graticule-names').setData(features([]))
    }
  }

  function drawScale(): void {
    const y = container.clientHeight / 2
    const x = container.clientWidth / 2
    const a = map.unproject([x - 50, y])
    const b = map.unproject([x + 50, y])
    // a hundredth of what a hundred pixels span: from a short piece, so that it holds on a view of half the world
    const span = b.lng - a.lng
    const per = inverse({ lon: 0, lat: a.lat }, { lon: Math.min(1, span), lat: a.lat }).distance / Math.min(1, span) * (span / 100)
    if (!(per > 0)) return
    const { metres, text } = roundScale(per * 120, lengths)
    scaleBar.textContent = text
    scaleBar.style.width = `${metres / per}px`
  }
  map.on('move', drawScale)
  map.on('resize', drawScale)
  drawScale()

  map.on('moveend', () => {
    if (styled) frameChanged()
    const c = map.getCenter()
    options.onView?.({ lon: wrapLongitude(c.lng), lat: c.lat, zoom: map.getZoom() })
  })

  // Pointer, crosshair and tools -----------------------------------------------------------------------------------------

  let tool: Tool | undefined
  const placeAt = (x: number, y: number): Place => {
    const p = map.unproject([x, y])
    return { lon: wrapLongitude(p.lng), lat: p.lat }
  }
  const readout = (place: Place, by: Readout['by']) => {
    if (tool) {
      tool.point(place)
      drawTool()
    }
    options.onReadout?.({ place, by, leg: tool?.leg() })
  }
  const drawTool = () => setData('tool', tool?.drawing() ?? features([]))
  const toolChanged = () => {
    drawTool()
    if (tool) options.onMeasure?.(tool.measured())
  }

  function act(x: number, y: number): void {
    const place = placeAt(x, y)
    if (tool && !tool.measured().done) {
      tool.add(place)
      toolChanged()
    } else options.onSelect?.(picksAt(x, y), place)
  }

  function picksAt(x: number, y: number): Pick[] {
    const picks: Pick[] = moving.at(x, y).map((h) => ({ kind: h.kind, id: String(h.id) }))
    if (styled) {
      for (const f of map.queryRenderedFeatures([[x - 4, y - 4], [x + 4, y + 4]])) {
        const kind = pickable[f.source]
        const id = f.id ?? (f.properties as Record<string, unknown>).id
        if (kind && id !== undefined && !picks.some((p) => p.kind === kind && p.id === String(id))) picks.push({ kind, id: String(id) })
      }
    }
    return picks
  }

  function endTool(): void {
    if (!tool) return
    tool.end()
    toolChanged()
    map.getCanvas().style.cursor = ''
    crosshair.hide()
  }

  map.on('click', (e: MapMouseEvent) => act(e.point.x, e.point.y))
  map.on('dblclick', (e: MapMouseEvent) => {
    if (!tool || tool.measured().done) return
    e.preventDefault() // it ends the tool; it does not zoom as well
    if (tool.kind !== 'rings') endTool()
  })
  map.on('mousemove', (e: MapMouseEvent) => readout(placeAt(e.point.x, e.point.y), 'pointer'))
  map.on('mouseout', () => options.onReadout?.(undefined))

  const steps: Readonly<Record<string, readonly [number, number]>> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }
  const onKey = (e: KeyboardEvent) => {
    if (e.ctrlKey || e.metaKey || e.altKey) return
    if (e.target !== map.getCanvas()) return // a button on the map keeps its keys
    const measuring = tool !== undefined && !tool.measured().done
    if (!measuring && !crosshair.shown) return
    const step = steps[e.key]
    if (step) {
      crosshair.show() // a tool taken up with the pointer can be gone on with by keys
      const reach = e.shiftKey ? 1 : 12
      const rest = crosshair.nudge(step[0] * reach, step[1] * reach)
      if (rest.x || rest.y) map.panBy([rest.x, rest.y], { animate: false })
      readout(placeAt(crosshair.at.x, crosshair.at.y), 'keyboard')
    } else if (e.key === 'Enter' && crosshair.shown) act(crosshair.at.x, crosshair.at.y)
    else if (e.key === 'Backspace' && measuring) {
      tool?.removeLast()
      toolChanged()
    } else if (e.key === 'Escape') {
      if (measuring) endTool()
      else crosshair.hide()
    } else return
    e.preventDefault()
    e.stopPropagation() // else the map moves too
  }
  // before the map's own keys
  container.addEventListener('keydown', onKey, true)

  // Selection ------------------------------------------------------------------------------------------------------------

  let selection: readonly Pick[] = []
  const sourceOf = new Map(Object.entries(pickable).map(([id, kind]) => [kind, id]))
  function select(picks: readonly Pick[]): void {
    const mark = (list: readonly Pick[], on: boolean) => {
      for (const { kind, id } of list) {
        const s = sourceOf.get(kind)
        if (s) map.setFeatureState({ source: s, id }, { selected: on })
      }
    }
    const before = selection
    selection = [...picks]
    whenStyled(() => {
      mark(before, false)
      mark(selection, true)
    })
    moving.select(picks.filter((p) => p.kind === 'aircraft' || p.kind === 'footprint').map((p) => Number(p.id)))
  }

  let followed: Followed | undefined
  function follow(): void {
    const f = latest
    if (followed === undefined || !f) return
    const ground = followed.what === 'footprint' ? f.footprintOf.indexOf(followed.id) : -1
    if (ground >= 0 && !(f.footprintFlags[ground]! & flag.unknown)) {
      map.jumpTo({ center: [f.footprintCentres[2 * ground]! / 1e7, f.footprintCentres[2 * ground + 1]! / 1e7] })
      return
    }
    if (followed.what === 'footprint') return // what sees no ground now is waited for: the map does not leap to the aircraft
    const i = f.ids.indexOf(followed.id)
    if (i < 0 || f.flags[i]! & flag.unknown) return
    map.jumpTo({ center: [f.lonLat[2 * i]! / 1e7, f.lonLat[2 * i + 1]! / 1e7] })
  }
  let latest: MovingFrame | undefined

  const viewBox = (): Box => {
    const b = map.getBounds()
    return { west: b.getWest(), south: b.getSouth(), east: b.getEast(), north: b.getNorth() }
  }

  return {
    ready,
    drawn,
    /** the map beneath, for tests and for what is not foreseen here */
    map,
    moving,
    coverage,

    setTheme(name: ThemeName): void {
      restyle(() => {
        theme = readTheme(name, container)
      })
      moving.setTheme(theme)
      rings.setTheme(theme)
      coverage.setTheme(theme, name)
      cell.setTheme(theme)
      whenStyled(paintImages)
    },
    setLanguage(next: Language, nextWords: Words): void {
      restyle(() => {
        language = next
      })
      words = nextWords
      map.getCanvas().setAttribute('aria-label', words.canvas)
      nameButtons()
      whenStyled(frameChanged)
    },
    setLengths(next: Lengths): void {
      lengths = next
      drawScale()
    },
    setGraticule(on: boolean): void {
      lines = on
      whenStyled(frameChanged)
    },

    /** The newest moving picture. */
    setFrame(frame: MovingFrame): void {
      latest = frame
      moving.set(frame)
      follow()
    },
    /** What time it is, in Unix milliseconds: without a newer picture what moves looks its age. */
    setNow(ms: number): void {
      moving.setNow(ms)
    },
    /** Keeps one aircraft, or the ground that it sees, in the middle; undefined lets go. */
    follow(what: Followed | undefined): void {
      followed = what
      follow()
    },
    setTracks(list: readonly Track[]): void {
      slow.tracks = list
      setData('tracks', features(list.flatMap((t) => t.parts.map((p): GeoJSON.Feature => ({
        type: 'Feature', properties: { id: t.id, gap: p.gap ?? false }, geometry: { type: 'LineString', coordinates: mutable(p.points) },
      })))))
    },
    setEntries(list: readonly Entry[]): void {
      slow.entries = list
      setData('entries', features(list.flatMap((e): GeoJSON.Feature[] => {
        const of = (part: string, geometry: GeoJSON.Geometry, more: object = {}): GeoJSON.Feature =>
          ({ type: 'Feature', properties: { id: e.id, standing: e.standing, part, ...more }, geometry })
        return [
          ...(e.outline ?? []).map((l) => of('outline', { type: 'LineString', coordinates: mutable(l) })),
          ...e.inside.map((l) => of('inside', { type: 'LineString', coordinates: mutable(l) })),
          ...e.crossings.map((c) => of('crossing', { type: 'Point', coordinates: [...c.at] }, { inward: c.inward })),
        ]
      })))
    },
    setLooked(list: readonly Looked[]): void {
      slow.looked = list
      setData('looked', features(list.map((l): GeoJSON.Feature => ({
        type: 'Feature', properties: { id: l.id },
        geometry: { type: 'MultiPolygon', coordinates: l.polygons.map((rings) => rings.map(mutable)) },
      }))))
    },
    setPins(list: readonly Pin[]): void {
      slow.pins = list
      setData('pins', features(list.flatMap((p): GeoJSON.Feature[] => {
        const [lon, lat] = p.at
        const out: GeoJSON.Feature[] = [{ type: 'Feature', properties: { id: p.id, part: 'pin', label: p.label ?? '' }, geometry: { type: 'Point', coordinates: [lon, lat] } }]
        if (p.doubt) out.push({ type: 'Feature', properties: { id: p.id, part: 'doubt' }, geometry: { type: 'LineString', coordinates: circle({ lon, lat }, p.doubt, 72) } })
        return out
      })))
    },
    /** Looks, plans and gaps. */
    setSight(sight: Sight): void {
      slow.sight = sight
      setData('sight', features(sightFeatures(sight)))
    },
    /** What looks come to, over the land; null for nothing. */
    setCoverage(picture: Picture | null): void {
      coverage.set(picture)
    },
    /** A frame around one cell: west, south, east, north. */
    setCell(box: readonly [number, number, number, number] | undefined): void {
      cell.set(box)
    },
    setSites(list: readonly DrawnSite[]): void {
      slow.sites = list
      setData('sites', sitesData(list))
    },
    setReported(list: readonly Reported[]): void {
      slow.reported = list
      rings.set(list)
    },
    /** The airspace of states as GeoJSON from our server: its address, the property that names the state, and how each stands. */
    setAirspace(url: string, property: string, of: ReadonlyMap<string, Standing>): void {
      restyle(() => {
        airspace = { property, standings: of }
      })
      whenStyled(() => {
        // the name of a state is its identity on the map; a source learns that only when it is made
        const s = source('airspace')
        if (s.promoteId === property) {
          void s.setData(url)
          return
        }
        const its = layers(theme, language, airspace).filter((l) => 'source' in l && l.source === 'airspace')
        const order = map.getLayersOrder()
        const before = its.map((l) => order[order.indexOf(l.id) + 1])
        for (const l of its) map.removeLayer(l.id)
        map.removeSource('airspace')
        map.addSource('airspace', { type: 'geojson', data: url, promoteId: property })
        for (let i = its.length - 1; i >= 0; i--) map.addLayer(its[i]!, before[i])
      })
    },

    select,
    /** What lies under a pixel of the map. */
    picksAt,

    /** Shows all of it; at once where nothing was shown before that one would want to see the way from. */
    fit(what: Box | Iterable<LonLat>, atOnce = false, maxZoom = closest): void {
      const box = Symbol.iterator in what ? boxOf(what) : what
      if (box) map.fitBounds([[box.west, box.south], [box.east, box.north]], { ...closely, maxZoom, ...(atOnce ? { animate: false } : { duration: 300 }) })
    },
    /** The area in view: west, south, east, north. */
    get box(): string {
      const b = viewBox()
      return [wrapLongitude(b.west), Math.max(-90, b.south), wrapLongitude(b.east), Math.min(90, b.north)].map((x) => String(Number(x.toFixed(5)))).join(',')
    },
    get view(): View {
      const c = map.getCenter()
      return { lon: wrapLongitude(c.lng), lat: c.lat, zoom: map.getZoom() }
    },
    setView(view: View): void {
      map.jumpTo({ center: [view.lon, view.lat], zoom: view.zoom })
    },

    /** Takes up a tool: clicks and Enter add a vertex, Backspace takes one back, Escape and a double click end it. */
    startTool(kind: ToolKind, radii: readonly number[] = []): void {
      tool = new Tool(kind, radii)
      map.getCanvas().style.cursor = 'crosshair'
      crosshair.show()
      map.getCanvas().focus()
      toolChanged()
      readout(placeAt(crosshair.at.x, crosshair.at.y), 'keyboard')
    },
    endTool,
    clearTool(): void {
      endTool()
      tool = undefined
      drawTool()
    },
    /** The keyboard's pointer without a tool: Enter picks what is under it. */
    setCrosshair(on: boolean): void {
      if (!on) return crosshair.hide()
      crosshair.show()
      map.getCanvas().focus()
      readout(placeAt(crosshair.at.x, crosshair.at.y), 'keyboard')
    },

    /** The picture as it is drawn, ground and what moves upon it: its pixels are there in the turn of a render and not after. */
    picture(): HTMLCanvasElement {
      const ground = map.getCanvas()
      const both = Object.assign(document.createElement('canvas'), { width: ground.width, height: ground.height })
      const on = both.getContext('2d')
      for (const part of [ground, moving.canvas, rings.canvas]) if (part.width > 0 && part.height > 0) on?.drawImage(part, 0, 0)
      return both
    },

    /** Everything drawn in view, in an order that does not depend on how it is drawn. */
    describe(): Described[] {
      const box = viewBox()
      const states = styled
        ? new Set(map.queryRenderedFeatures({ layers: ['airspace-line', 'airspace-tint'] }).map((f) => String((f.properties as Record<string, unknown>)[airspace.property])))
        : new Set<string>()
      return [
        ...describeFrame(moving.frame, box, (t) => moving.isStale(t), (t) => moving.isGone(t)),
        ...describeSlow(slow, box),
        ...[...states].sort().map((id): Described => ({ kind: 'airspace', id, standing: airspace.standings.get(id) })),
      ]
    },

    remove(): void {
      removed = true
      container.removeEventListener('keydown', onKey, true)
      container.removeEventListener('webglcontextlost', onLost, true)
      crosshair.hide()
      scaleBar.remove()
      buttons.remove()
      map.remove()
    },
  }
}

