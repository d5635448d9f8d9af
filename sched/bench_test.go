package sched

import (
	"context"
	"iter"
	"strings"
	"testing"
	"time"
)

// bareTrips is a bare round trip of package iter, in and out of one of four
// coroutines: what a change of task costs without a scheduler.
type bareTrips struct {
	next [4]func() (int, bool)
	stop [4]func()
}

func newBareTrips() *bareTrips {
	b := &bareTrips{}
	for i := range b.next {
		b.next[i], b.stop[i] = iter.Pull(func(yield func(int) bool) {
			for yield(0) {
			}
		})
	}
	return b
}

func (b *bareTrips) run() float64 {
	const rounds = 20_000
	start := time.Now()
	for i := range rounds {
		b.next[i%len(b.next)]()
	}
	return float64(time.Since(start).Nanoseconds()) / rounds
}

// benchmarkSteps measures the time of a step against that of a bare round trip,
// in turns, and reports the best of both: a shared machine disturbs long
// measurements.
func benchmarkSteps(b *testing.B, p *Program, o Options) {
	b.ReportAllocs()
	o.Preemptions, o.Recheck, o.Shrink, o.Executions = -1, -1, -1, 2000
	bare := newBareTrips()
	trip, step := bare.run(), 1e9
	for b.Loop() {
		trip = min(trip, bare.run())
		start := time.Now()
		r, err := Explore(context.Background(), p, o)
		if err != nil {
			b.Fatal(err)
		}
		step = min(step, float64(time.Since(start).Nanoseconds())/float64(r.Steps))
	}
	for _, stop := range bare.stop {
		stop()
	}
	b.ReportMetric(step, "ns/step")
	b.ReportMetric(trip, "ns/trip")
	b.ReportMetric(step/trip, "trips/step")
}

func BenchmarkStep(b *testing.B) {
	for _, p := range []*Program{counter(3, 10), readers(8), heaplock(3, true)} {
		name := strings.ReplaceAll(p.Name, "/", "-") // a slash would separate levels of -bench
		for _, s := range []string{"dfs", "random"} {
			b.Run(name+"/"+s, func(b *testing.B) { benchmarkSteps(b, p, Options{Strategy: s}) })
		}
		b.Run(name+"/driven", func(b *testing.B) { benchmarkSteps(b, p, Options{Driven: true}) })
	}
}
