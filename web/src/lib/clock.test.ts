import { describe, expect, it } from 'vitest'
import { Clock } from './clock'

describe('the clock', () => {
  const made = () => {
    let machine = 1_000_000
    const clock = new Clock(() => machine)
    return { clock, pass: (ms: number) => (machine += ms), machine: () => machine }
  }
  it('is live until it is fixed', () => {
    const { clock, pass, machine } = made()
    pass(500)
    expect(clock.now()).toBe(machine())
    clock.seek(42)
    pass(1000)
    expect(clock.state()).toEqual({ mode: 'fixed', at: 42, playing: false, speed: 1, led: false })
    clock.live()
    expect(clock.now()).toBe(machine())
  })
  it('runs at its speed, and goes on where it was when the speed changes', () => {
    const { clock, pass } = made()
    clock.seek(0)
    clock.speed(10)
    clock.play()
    pass(100)
    expect(clock.now()).toBe(1000)
    clock.speed(0.5)
    pass(100)
    expect(clock.now()).toBe(1050)
    clock.pause()
    pass(100)
    expect(clock.now()).toBe(1050)
    clock.speed(5000)
    expect(clock.state().speed).toBe(1000)
  })
  it('follows who leads, and sends it where somebody asks to go', () => {
    const { clock, pass } = made()
    const sent: number[] = []
    const why: string[] = []
    clock.listen((_, w) => why.push(w))
    clock.seek(100)
    const leave = clock.lead((at) => sent.push(at))
    clock.play()
    pass(1000)
    expect(clock.now()).toBe(100)
    clock.shown(133)
    expect(clock.now()).toBe(133)
    clock.seek(500)
    expect(sent).toEqual([500])
    expect(why).toEqual(['seek', 'play', 'play', 'shown', 'seek'])
    leave()
    pass(10)
    expect(clock.now()).toBe(510)
  })
  it('takes no instant that is none', () => {
    const { clock } = made()
    clock.seek(7)
    clock.seek(NaN)
    clock.speed(NaN)
    expect(clock.now()).toBe(7)
  })
})
