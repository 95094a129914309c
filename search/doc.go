// Package search plans where to look next: a probability map of places, what a sensor finds of what it
// passes, routes that an aircraft with fixed wings can fly, and above every plan a bound that no route
// can beat, so that the distance to the best is known and not only felt.
//
// The words are those of the IAMSAR manual, volume II: probability of containment (POC), of detection
// (POD, given that the object is there) and of success (POS, POC times POD summed over the cells);
// sweep width W, track spacing S, coverage factor C = W/S. What is searched for is a place: it does not
// move while the plan is flown.
//
// Everything lies on a plane: x to the east or along the axis of the map, y to its left, in metres from
// the corner of the map. Putting the map on the Earth is left to who makes the prior. The package has no
// clock and draws no luck of its own: a plan follows from its problem, its seed and its number of
// iterations alone.
package search
