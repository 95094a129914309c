package geodesy

import "math"

// The series of Karney (2013) in the expansion parameter eps of his equation (16), to sixth order.
// For WGS 84 the truncation error is below 5 nm. The coefficients that depend on the third flattening
// n are constants here, evaluated by the compiler.

const order = 6

// expansion returns eps for k² = e'² cos²(alpha0).
func expansion(k2 float64) float64 {
	return k2 / (2*(1+math.Sqrt(1+k2)) + k2)
}

// a1 is A1 - 1 of equation (17).
func a1(eps float64) float64 {
	e2 := eps * eps
	t := e2 * (1.0/4 + e2*(1.0/64+e2*(1.0/256)))
	return (t + eps) / (1 - eps)
}

// a2 is A2 - 1 of equation (42).
func a2(eps float64) float64 {
	e2 := eps * eps
	t := e2 * (1.0/4 + e2*(9.0/64+e2*(25.0/256)))
	return t*(1-eps) - eps
}

// c1 holds C1[l], l = 1..6, of equation (18).
func c1(eps float64) (c [order]float64) {
	e2 := eps * eps
	p := eps
	c[0] = p * (-1.0/2 + e2*(3.0/16+e2*(-1.0/32)))
	p *= eps
	c[1] = p * (-1.0/16 + e2*(1.0/32+e2*(-9.0/2048)))
	p *= eps
	c[2] = p * (-1.0/48 + e2*(3.0/256))
	p *= eps
	c[3] = p * (-5.0/512 + e2*(3.0/512))
	p *= eps
	c[4] = p * (-7.0 / 1280)
	c[5] = p * eps * (-7.0 / 2048)
	return c
}

// c1Reverted holds C1'[l], l = 1..6, of equation (21): the arc length from the distance.
func c1Reverted(eps float64) (c [order]float64) {
	e2 := eps * eps
	p := eps
	c[0] = p * (1.0/2 + e2*(-9.0/32+e2*(205.0/1536)))
	p *= eps
	c[1] = p * (5.0/16 + e2*(-37.0/96+e2*(1335.0/4096)))
	p *= eps
	c[2] = p * (29.0/96 + e2*(-75.0/128))
	p *= eps
	c[3] = p * (539.0/1536 + e2*(-2391.0/2560))
	p *= eps
	c[4] = p * (3467.0 / 7680)
	c[5] = p * eps * (38081.0 / 61440)
	return c
}

// c2 holds C2[l], l = 1..6, of equation (43).
func c2(eps float64) (c [order]float64) {
	e2 := eps * eps
	p := eps
	c[0] = p * (1.0/2 + e2*(1.0/16+e2*(1.0/32)))
	p *= eps
	c[1] = p * (3.0/16 + e2*(1.0/32+e2*(35.0/2048)))
	p *= eps
	c[2] = p * (5.0/48 + e2*(5.0/256))
	p *= eps
	c[3] = p * (35.0/512 + e2*(7.0/512))
	p *= eps
	c[4] = p * (63.0 / 1280)
	c[5] = p * eps * (77.0 / 2048)
	return c
}

// a3 is A3 of equation (24).
func a3(eps float64) float64 {
	const (
		n  = thirdFlat
		k1 = -(1.0/2 - n/2)
		k2 = -(1.0/4 + n/8 - 3*n*n/8)
		k3 = -(1.0/16 + 3*n/16 + n*n/16)
		k4 = -(3.0/64 + n/32)
		k5 = -3.0 / 128
	)
	return 1 + eps*(k1+eps*(k2+eps*(k3+eps*(k4+eps*k5))))
}

// c3 holds C3[l], l = 1..5, of equation (25).
func c3(eps float64) (c [order - 1]float64) {
	const (
		n   = thirdFlat
		k11 = 1.0/4 - n/4
		k12 = 1.0/8 - n*n/8
		k13 = 3.0/64 + 3*n/64 - n*n/64
		k14 = 5.0/128 + n/64
		k15 = 3.0 / 128
		k22 = 1.0/16 - 3*n/32 + n*n/32
		k23 = 3.0/64 - n/32 - 3*n*n/64
		k24 = 3.0/128 + n/128
		k25 = 5.0 / 256
		k33 = 5.0/192 - 3*n/64 + 5*n*n/192
		k34 = 3.0/128 - 5*n/192
		k35 = 7.0 / 512
		k44 = 7.0/512 - 7*n/256
		k45 = 7.0 / 512
		k55 = 21.0 / 2560
	)
	p := eps
	c[0] = p * (k11 + eps*(k12+eps*(k13+eps*(k14+eps*k15))))
	p *= eps
	c[1] = p * (k22 + eps*(k23+eps*(k24+eps*k25)))
	p *= eps
	c[2] = p * (k33 + eps*(k34+eps*k35))
	p *= eps
	c[3] = p * (k44 + eps*k45)
	c[4] = p * eps * k55
	return c
}

// c4 holds C4[l], l = 0..5, of equation (63), for areas.
func c4(eps float64) (c [order]float64) {
	const (
		n   = thirdFlat
		n2  = n * n
		n3  = n2 * n
		n4  = n3 * n
		n5  = n4 * n
		k00 = 2.0/3 - 4.0/15*n + 8.0/105*n2 + 4.0/315*n3 + 16.0/3465*n4 + 20.0/9009*n5
		k01 = -(1.0/5 - 16.0/35*n + 32.0/105*n2 - 16.0/385*n3 - 64.0/15015*n4)
		k02 = -(2.0/105 + 32.0/315*n - 1088.0/3465*n2 + 1184.0/5005*n3)
		k03 = 11.0/315 - 368.0/3465*n - 32.0/6435*n2
		k04 = 4.0/1155 + 1088.0/45045*n
		k05 = 97.0 / 15015
		k11 = 1.0/45 - 16.0/315*n + 32.0/945*n2 - 16.0/3465*n3 - 64.0/135135*n4
		k12 = -(2.0/105 - 64.0/945*n + 128.0/1485*n2 - 1984.0/45045*n3)
		k13 = -(1.0/105 - 16.0/2079*n - 5792.0/135135*n2)
		k14 = 4.0/1155 - 2944.0/135135*n
		k15 = 1.0 / 9009
		k22 = 4.0/525 - 32.0/1575*n + 64.0/3465*n2 - 32.0/5005*n3
		k23 = -(8.0/1575 - 128.0/5775*n + 256.0/6825*n2)
		k24 = -(8.0/1925 - 1856.0/225225*n)
		k25 = 8.0 / 10725
		k33 = 8.0/2205 - 256.0/24255*n + 512.0/45045*n2
		k34 = -(16.0/8085 - 1024.0/105105*n)
		k35 = -136.0 / 63063
		k44 = 64.0/31185 - 512.0/81081*n
		k45 = -128.0 / 135135
		k55 = 128.0 / 99099
	)
	c[0] = k00 + eps*(k01+eps*(k02+eps*(k03+eps*(k04+eps*k05))))
	p := eps
	c[1] = p * (k11 + eps*(k12+eps*(k13+eps*(k14+eps*k15))))
	p *= eps
	c[2] = p * (k22 + eps*(k23+eps*(k24+eps*k25)))
	p *= eps
	c[3] = p * (k33 + eps*(k34+eps*k35))
	p *= eps
	c[4] = p * (k44 + eps*k45)
	c[5] = p * eps * k55
	return c
}

// sineSum is the sum of c[l-1] sin(2 l sigma), l = 1.., by Clenshaw's recurrence.
func sineSum(c []float64, sigma turn) float64 {
	x := 2 * (sigma.c - sigma.s) * (sigma.c + sigma.s) // 2 cos 2σ
	var y0, y1 float64
	for l := len(c) - 1; l >= 0; l-- {
		y0, y1 = x*y0-y1+c[l], y0
	}
	return 2 * sigma.s * sigma.c * y0
}

// cosineSum is the sum of c[l] cos((2 l + 1) sigma), l = 0...
func cosineSum(c []float64, sigma turn) float64 {
	x := 2 * (sigma.c - sigma.s) * (sigma.c + sigma.s)
	var y0, y1 float64
	for l := len(c) - 1; l >= 0; l-- {
		y0, y1 = x*y0-y1+c[l], y0
	}
	return sigma.c * (y0 - y1)
}
