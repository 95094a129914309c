// What every plot shares: the library comes with the first of them, and a plot is made anew with all that it is made of and with the theme,
// for its colours are drawn and not styled.
import { onMount } from 'svelte'
import type uPlot from 'uplot'
import { app } from './app.svelte'

export const font = (size = 11) => `${size}px "Inter Variable", sans-serif`

/** Asked while a component is made. What `make` reads is what the plot is made of; undefined while there is nothing to draw on. */
export function plotted(make: (Made: typeof uPlot, colour: (name: string) => string) => uPlot | undefined): void {
  let Made = $state.raw<typeof uPlot | null>(null)
  onMount(() => {
    let here = true
    void Promise.all([import('uplot'), import('uplot/dist/uPlot.min.css')]).then(([m]) => {
      if (here) Made = m.default
    })
    return () => (here = false)
  })
  $effect(() => {
    if (!Made) return
    void app.theme
    const style = getComputedStyle(document.documentElement)
    const plot = make(Made, (name) => style.getPropertyValue(name).trim())
    return () => plot?.destroy()
  })
}
