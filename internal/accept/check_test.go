package accept

import (
	"strings"
	"testing"
)

// Each rule accepts what is right and refuses what is not.
func TestCheck(t *testing.T) {
	const gc, sweep, mark = "GOMAXPROCS", "GC sweep termination", "GC mark termination"
	start := func(thread, p int64) Step { return Step{Kind: PStart, Thread: thread, P: p} }
	idle := func(thread, p int64) Step { return Step{Kind: PStop, Thread: thread, P: p} }
	begin := func(thread int64, why string) Step { return Step{Kind: StopBegin, Thread: thread, Reason: why} }
	end := func(thread int64, why string) Step { return Step{Kind: StopEnd, Thread: thread, Reason: why} }
	procs := func(n uint64) Step { return Step{Kind: Procs, N: n} }
	exists := func(page, n uint64) Step { return Step{Kind: SpanExists, Page: page, N: n, P: 0, Thread: 1} }
	alloc := func(page, n uint64) Step { return Step{Kind: SpanAlloc, Page: page, N: n, P: 0, Thread: 1} }
	free := func(page uint64) Step { return Step{Kind: SpanFree, Page: page, P: 0, Thread: 1} }
	for _, tt := range []struct {
		name  string
		steps []Step
		want  []string // property and words of each violation
	}{
		{"nothing", nil, nil},
		{"spans", []Step{exists(0, 4), alloc(4, 2), free(0), alloc(0, 1), alloc(1, 3), free(4), free(1)}, nil},
		{"a span that is there is named again", []Step{exists(0, 4), exists(0, 4)}, nil},
		{"a span over two chunks", []Step{alloc(500, 100), alloc(600, 1000), free(500), alloc(512, 88)}, nil},
		{"overlap", []Step{alloc(0, 4), alloc(3, 2)}, []string{"P-NODOUBLE the 2 pages from page 3 on are not free: there is a span of 4 pages at page 0"}},
		{"the same twice", []Step{alloc(0, 4), alloc(0, 4)}, []string{"P-NODOUBLE"}},
		{"an overlap with the last page", []Step{alloc(511, 1), alloc(0, 512)}, []string{"P-NODOUBLE"}},
		{"no pages", []Step{alloc(0, 0)}, []string{"P-SPANMAP"}},
		{"free of nothing", []Step{free(3)}, []string{"P-SPANSTATE no span"}},
		{"free in the middle", []Step{alloc(0, 4), free(1)}, []string{"P-SPANSTATE no span"}},
		{"free twice", []Step{alloc(0, 4), free(0), free(0)}, []string{"P-SPANSTATE no span"}},
		{"beyond the model", []Step{alloc(1<<60, 4), free(1 << 60)}, nil},

		{"Ps", []Step{start(1, 0), start(2, 1), idle(2, 1), start(2, 1), idle(1, 0), idle(2, 1), start(1, 1), start(3, 0)}, nil},
		{"a P on two threads", []Step{start(1, 0), start(2, 0)}, []string{"P-PLINK P 0 starts on thread 2 while it runs on thread 1"}},
		{"a thread with two Ps", []Step{start(1, 0), start(1, 1)}, []string{"P-PLINK thread 1 takes P 1 while it has P 0"}},
		{"the P of somebody else", []Step{start(2, 0), alloc(0, 1)}, []string{"P-PLOCAL"}},

		{"a stop", []Step{start(1, 0), start(2, 1), begin(1, gc), idle(2, 1), end(1, gc), start(2, 1)}, nil},
		{"a stop in which Ps start again", []Step{start(1, 0), start(2, 1), begin(1, gc), idle(2, 1), start(2, 1), end(1, gc)}, nil},
		{"a stop that did not stop", []Step{start(1, 0), start(2, 1), begin(1, gc), end(1, gc)}, []string{"P-STW in the stop"}},
		{"two stops", []Step{begin(1, gc), begin(2, sweep)}, []string{"P-STW thread 2 stops"}},
		{"a stop that is named again", []Step{begin(1, gc), begin(1, gc), end(1, gc)}, nil},
		{"an end without a stop", []Step{end(1, gc)}, []string{"P-STW thread 1 starts"}},
		{"another end", []Step{begin(1, gc), end(1, sweep)}, []string{"P-STW a stop of the world (GOMAXPROCS) ends as"}},

		{"Ps are destroyed", []Step{procs(4), begin(1, gc), procs(2), end(1, gc), start(1, 1)}, nil},
		{"the stopper leaves its P", []Step{start(1, 3), procs(4), begin(1, gc), procs(2), idle(1, 3), start(1, 0), end(1, gc)}, nil},
		{"destroyed while the world runs", []Step{procs(4), procs(2)}, []string{"destroy/entry-stw the number of Ps goes from 4 to 2 while the world runs"}},
		{"destroyed too early", []Step{start(2, 1), procs(4), begin(1, gc), procs(3), idle(2, 1), end(1, gc)},
			[]string{"destroy/entry-stw the number of Ps goes from 4 to 3 before"}},
		{"destroyed while it runs", []Step{start(2, 3), procs(4), begin(1, gc), procs(3), idle(2, 3), end(1, gc)},
			[]string{"destroy/entry-stw", "P-PDEAD P 3 is destroyed while it runs on thread 2"}},
		{"a dead P starts", []Step{procs(4), begin(1, gc), procs(2), end(1, gc), start(1, 2)}, []string{"P-PDEAD P 2 starts, and there are 2 Ps"}},
		{"the stopper keeps a dead P", []Step{start(1, 3), procs(4), begin(1, gc), procs(2), end(1, gc)}, []string{"P-PDEAD"}},

		{"freed in a sweep", []Step{alloc(0, 1), {Kind: MarkBegin}, begin(1, sweep), free(0), end(1, sweep)}, nil},
		{"freed while marking", []Step{alloc(0, 1), {Kind: MarkBegin}, begin(1, sweep), end(1, sweep), free(0)}, []string{"P-SPANSTATE the span at page 0 is freed while"}},
		{"freed after marking", []Step{alloc(0, 1), {Kind: MarkBegin}, begin(1, sweep), end(1, sweep), begin(1, mark), {Kind: MarkEnd}, end(1, mark), free(0)}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := Check(tt.steps)
			for i, v := range got {
				text := v.Property + " " + v.Message
				if i >= len(tt.want) || !strings.HasPrefix(text, tt.want[i]) {
					t.Errorf("step %d: %s", v.Step, text)
				}
			}
			if len(got) < len(tt.want) {
				t.Errorf("%d violations, want %q", len(got), tt.want)
			}
		})
	}
}
