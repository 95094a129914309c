package main

import (
	"strings"
	"testing"

	"overflight/internal/catalogue"
	"overflight/internal/server"
)

func TestProbability(t *testing.T) {
	t.Parallel()
	for p, want := range map[float64]string{0: "0.00", 0.0001: "< 0.01", 0.005: "0.01", 0.5: "0.50", 0.994: "0.99", 0.9999: "> 0.99", 1: "1.00"} {
		if got := probability(p); got != want {
			t.Errorf("%v reads %q, want %q", p, got, want)
		}
	}
}

// One look says nothing of looks that miss together, and of its sides only where there are several.
func TestWhatLooksComeTo(t *testing.T) {
	t.Parallel()
	words := &terminal{words: catalogue.Open(catalogue.English)}
	for _, tt := range []struct {
		looks, groups int
		want          string
	}{
		{1, 0, "0.50; 1 look."},
		{1, 1, "0.50; 1 look."},
		{1, 2, "0.50 (0.40 if its frames all miss together, 0.60 if each side misses by itself); 1 look in 2 groups "},
		{2, 1, "0.50 (0.40 if all looks miss together, 0.60 if each misses by itself); 2 looks in 1 group "},
	} {
		got := sumText(words, &server.Looks{Looks: tt.looks, Groups: tt.groups, POD: 0.5, Correlated: 0.4, Independent: 0.6})
		if !strings.Contains(got, "probability of detection "+tt.want) {
			t.Errorf("%d looks in %d groups: %s", tt.looks, tt.groups, got)
		}
	}
}
