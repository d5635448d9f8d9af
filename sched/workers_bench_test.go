package sched

import (
	"context"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

// BenchmarkWorkers compares, in turns and by the best time of each, one worker,
// two workers that share a search, and two searches of one worker at the same
// time. "speedup" is what the second worker brings; "copies" is what two
// processors of this machine bring to searches that share nothing, 2 at best.
func BenchmarkWorkers(b *testing.B) {
	if runtime.GOMAXPROCS(0) < 2 {
		b.Skip("one processor")
	}
	for _, c := range []struct {
		p *Program
		o Options
	}{
		{counter(2, 10), Options{Strategy: "dfs", Preemptions: -1}},
		{heaplock(3, true), Options{Strategy: "dfs", Preemptions: 4}},
		{counter(3, 4), Options{Strategy: "dpor", Preemptions: -1}},
		{readers(14), Options{Strategy: "dpor", Preemptions: -1}},
		{heaplock(3, true), Options{Strategy: "random", Preemptions: -1, Executions: 100_000}},
		{heaplock(3, true), Options{Strategy: "portfolio", Preemptions: -1, Executions: 100_000}},
	} {
		b.Run(strings.ReplaceAll(c.p.Name, "/", "-")+"/"+c.o.Strategy, func(b *testing.B) {
			one, two, copies := time.Hour, time.Hour, time.Hour
			for b.Loop() {
				one = min(one, timeOf(b, c.p, c.o, 1, 1))
				two = min(two, timeOf(b, c.p, c.o, 2, 1))
				copies = min(copies, timeOf(b, c.p, c.o, 1, 2))
			}
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(float64(one.Milliseconds()), "ms/one")
			b.ReportMetric(float64(one)/float64(two), "speedup")
			b.ReportMetric(2*float64(one)/float64(copies), "copies")
			b.ReportMetric(float64(copies)/float64(two)/2*100, "%of-copies")
		})
	}
}

// timeOf returns the time of n searches at the same time, of so many workers each.
func timeOf(b *testing.B, p *Program, o Options, workers, n int) time.Duration {
	o.Workers = workers
	start := time.Now()
	var all sync.WaitGroup
	for range n {
		all.Go(func() {
			if _, err := Explore(context.Background(), p, o); err != nil {
				b.Error(err)
			}
		})
	}
	all.Wait()
	return time.Since(start)
}
