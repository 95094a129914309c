// Package bench compares Overflight with its peers, in the same run on the same data. It is a module
// of its own so that no peer becomes a dependency of the product.
package bench
