// Package architecture holds no code, only the tests that keep ARCHITECTURE.md and the tree one
// thing: who may import whom, which packages are pure, which words are refused.
package architecture
