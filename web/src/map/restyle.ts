import type { LayerSpecification, Map as MapLibreMap } from 'maplibre-gl'

/** Sets what differs between the layers as they were and the same as they shall be. */
export function restyle(map: MapLibreMap, before: readonly LayerSpecification[], after: readonly LayerSpecification[]): void {
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
}
