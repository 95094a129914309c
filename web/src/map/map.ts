// The map of every screen: ground, what is slow (tracks, entries, airspace, looks, coverage, sites, pins), what moves, and the tools.
// It holds no word of any language: names and labels come from the caller, and describe() gives the caller what is drawn so
// that a list beside the map can say all that the map shows.
import 'maplibre-gl/dist/maplibre-gl.css'
import { Map as MapLibreMap, prewarm, setWorkerUrl, type GeoJSONSource, type JumpToOptions } from 'maplibre-gl'
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url'
import borders from 'ground:borders'
import coast from 'ground:coast'
import land from 'ground:land'
import type { MovingFrame } from '../live/frame'
import { wrapLongitude, type Place } from '../place/place'
import type { Lengths } from '../place/units'
import { CellMark } from './cell'
import { CoverageLayer, type Picture } from './coverage'
import { describeFrame, describeSlow, type Described, type Slow } from './describe'
import { collection, entryFeatures, lookedFeatures, pinFeatures, trackFeatures } from './features'
import { whereIs, type Followed } from './follow'
import { Furniture } from './furniture'
import { graticule, lineName } from './graticule'
import { Hand, type Readout } from './hand'
import { hatch, type HatchImage } from './hatch'
import * as icons from './icons'
import { layers, pickable, style, type Airspace, type Language } from './layers'
import { MovingLayer, type Drawn } from './moving'
import { restyle } from './restyle'
import { Rings } from './rings'
import { noSight, sightFeatures, type Sight } from './sight'
import { boxOf, standings, type Box, type Entry, type Kind, type LonLat, type Looked, type Pick, type Pin, type Reported, type Standing, type Track } from './shape'
import { siteFeatures, siteImage, type DrawnSite } from './sites'
import { readTheme, type ThemeName } from './theme'
import type { Measured, ToolKind } from './tool'

export type { Described } from './describe'
export type { Followed } from './follow'
export type { Readout } from './hand'
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

export function createMap(container: HTMLElement, options: MapOptions) {
  let theme = readTheme(options.theme, container)
  let { language } = options
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
    locale: { 'Map.Title': options.words.canvas },
  })
  const rings = new Rings(map, theme)
  const coverage = new CoverageLayer(theme, options.theme)
  const cell = new CellMark(map, container, theme)
  map.touchZoomRotate.disableRotation()
  map.keyboard.disableRotation()
  map.on('error', (e) => options.onError?.(e.error instanceof Error ? e.error : new Error(e.error.message)))
  const furniture = options.plain ? undefined : new Furniture(map, container, options.lengths ?? 'metric')
  furniture?.setWords(options.words)
  const hand = new Hand(map, container, {
    picked: (x, y, at) => options.onSelect?.(picksAt(x, y), at),
    readout: (r) => options.onReadout?.(r),
    measured: (m) => options.onMeasure?.(m),
    drawing: (d) => whenStyled(() => void source('tool').setData(d)),
  })

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
  const filled = new Set<string>() // a source that is empty and stays so is no reason to draw again
  const setData = (id: string, features: GeoJSON.Feature[]) => {
    if (features.length === 0 && !filled.delete(id)) return
    if (features.length > 0) filled.add(id)
    whenStyled(() => void source(id).setData(collection(features)))
  }

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
    hand.setTheme(theme)
    furniture?.setTheme(theme)
  }

  // There are many signs of sites, and few are seen at a time: each is drawn when it is first asked for.
  map.on('styleimagemissing', ({ id }) => {
    const image = siteImage(id, theme)
    if (image && !map.hasImage(id)) map.addImage(id, image, { pixelRatio: 2 })
  })

  /** Changes what the layers are made from. */
  function change(how: () => void): void {
    const before = layers(theme, language, airspace)
    how()
    whenStyled(() => restyle(map, before, layers(theme, language, airspace)))
  }

  function frameChanged(): void {
    const g = lines ? graticule(viewBox(), (degrees, axis) => lineName(degrees, axis, language)) : { lines: collection([]), labels: collection([]) }
    source('graticule').setData(g.lines)
    source('graticule-names').setData(g.labels)
  }

  map.on('moveend', () => {
    if (styled) frameChanged()
    const c = map.getCenter()
    options.onView?.({ lon: wrapLongitude(c.lng), lat: c.lat, zoom: map.getZoom() })
  })

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
  let latest: MovingFrame | undefined
  function follow(): void {
    const at = followed && latest && whereIs(followed, latest)
    if (at) map.jumpTo({ center: [at[0], at[1]] })
  }

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
      change(() => {
        theme = readTheme(name, container)
      })
      moving.setTheme(theme)
      rings.setTheme(theme)
      coverage.setTheme(theme, name)
      cell.setTheme(theme)
      whenStyled(paintImages)
    },
    setLanguage(next: Language, words: Words): void {
      change(() => {
        language = next
      })
      map.getCanvas().setAttribute('aria-label', words.canvas)
      furniture?.setWords(words)
      whenStyled(frameChanged)
    },
    setLengths(next: Lengths): void {
      furniture?.setLengths(next)
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
      setData('tracks', trackFeatures(list))
    },
    setEntries(list: readonly Entry[]): void {
      slow.entries = list
      setData('entries', entryFeatures(list))
    },
    setLooked(list: readonly Looked[]): void {
      slow.looked = list
      setData('looked', lookedFeatures(list))
    },
    setPins(list: readonly Pin[]): void {
      slow.pins = list
      setData('pins', pinFeatures(list))
    },
    /** Looks, plans and gaps. */
    setSight(sight: Sight): void {
      slow.sight = sight
      setData('sight', sightFeatures(sight))
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
      setData('sites', siteFeatures(list))
    },
    setReported(list: readonly Reported[]): void {
      slow.reported = list
      rings.set(list)
    },
    /** The airspace of states as GeoJSON from our server: its address, the property that names the state, and how each stands. */
    setAirspace(url: string, property: string, of: ReadonlyMap<string, Standing>): void {
      change(() => {
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
    fit(what: Box | Iterable<LonLat>, atOnce = false): void {
      const box = Symbol.iterator in what ? boxOf(what) : what
      if (!box) return
      const bounds: [[number, number], [number, number]] = [[box.west, box.south], [box.east, box.north]], how = { ...closely, maxZoom: closest }
      const { center, zoom = NaN }: JumpToOptions = map.cameraForBounds(bounds, how) ?? {}
      if (center && !map.isMoving() && Math.abs(zoom - map.getZoom()) < 1e-3 && map.project(center).dist(map.project(map.getCenter())) < 0.5) return // it is there
      map.fitBounds(bounds, { ...how, ...(atOnce ? { animate: false } : { duration: 300 }) })
    },
    /** The area in view, west from -180 on and east above it, to where the map ends. */
    get extent(): Box {
      const { west, south, east, north } = viewBox()
      const turn = 360 * Math.floor((west + 180) / 360)
      return { west: west - turn, south: Math.max(-85, south), east: Math.min(east, west + 360) - turn, north: Math.min(85, north) }
    },
    get view(): View {
      const c = map.getCenter()
      return { lon: wrapLongitude(c.lng), lat: c.lat, zoom: map.getZoom() }
    },
    setView(view: View): void {
      map.jumpTo({ center: [view.lon, view.lat], zoom: view.zoom })
    },

    /** Takes up a tool: clicks and Enter add a vertex, Backspace takes one back, Escape and a double click end it. */
    startTool: (kind: ToolKind, radii: readonly number[] = []) => hand.startTool(kind, radii),
    endTool: () => hand.endTool(),
    clearTool: () => hand.clearTool(),
    /** The keyboard's pointer without a tool: Enter picks what is under it. */
    setCrosshair: (on: boolean) => hand.setCrosshair(on),

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
      container.removeEventListener('webglcontextlost', onLost, true)
      hand.remove()
      furniture?.remove()
      map.remove()
    },
  }
}

