package heap

import (
	"fmt"
	"slices"
	"testing"

	"lockheld/model"
	"lockheld/sched"
)

// growState is what growing changes: pages in use, remainder of the current
// arena, and the two global counters, all in pages.
func growState(h *mheap) string {
	page := func(addr uint64) uint64 { return h.pageNumber(addr) }
	var inUse []string
	for _, r := range h.pages.inUse.ranges {
		inUse = append(inUse, fmt.Sprintf("%d-%d", page(r.base), page(r.limit)))
	}
	cur := "none"
	if h.curArena.limit != 0 {
		cur = fmt.Sprintf("%d-%d", page(h.curArena.base), page(h.curArena.limit))
	}
	return fmt.Sprintf("in use %v, rest %s, sys %d, released %d", inUse, cur,
		h.memstats.heapSys.Peek()/h.g.PageSize, h.memstats.heapReleased.Peek()/h.g.PageSize)
}

// TestGrow grows heaps of 16-page chunks and 32-page arenas. Work buffers of
// npages pages count out of sys.
func TestGrow(t *testing.T) {
	tests := []struct {
		name   string
		cfg    Config
		npages []uint64
		want   []string
	}{
		{"adjacent", Config{}, []uint64{1, 16, 17}, []string{
			"in use [0-16], rest 16-32, sys 31, released 31",
			"in use [0-32], rest 32-32, sys 15, released 15",
			// 15 pages of chunk 0 are left and 0 of chunk 1: two chunks more.
			"in use [0-64], rest 64-64, sys 30, released 30",
		}},
		{"remainder", Config{Hints: []int{0, 3}, Occupied: []int{1}}, []uint64{1, 17}, []string{
			"in use [0-16], rest 16-32, sys 31, released 31",
			// Two chunks do not fit the rest: it is handed over.
			"in use [0-32 96-128], rest 128-128, sys 46, released 46",
		}},
		{"hints used up", Config{Occupied: []int{1}}, []uint64{17, 17, 17, 17}, []string{
			"in use [0-32], rest 32-32, sys 15, released 15",
			// The operating system gives arena 2, and the arenas around it
			// become hints, the upper one first.
			"in use [0-32 64-96], rest 96-96, sys 30, released 30",
			"in use [0-32 64-128], rest 128-128, sys 45, released 45",
			// 98 to 127 are left of the last two arenas.
			"in use [0-32 64-128], rest 128-128, sys 28, released 28",
		}},
		{"downwards", Config{Hints: []int{5}, Occupied: []int{0}}, []uint64{17, 17, 17}, []string{
			"in use [160-192], rest 192-192, sys 15, released 15",
			"in use [32-64 160-192], rest 64-64, sys 30, released 30",
			"in use [32-96 160-192], rest 96-96, sys 45, released 45",
		}},
		{"more than an arena", Config{}, []uint64{33, 15}, []string{
			"in use [0-48], rest 48-64, sys 31, released 31",
			"in use [0-48], rest 48-64, sys 16, released 16",
		}},
		{"no memory", Config{MaxArenas: 1}, []uint64{16, 17, 16, 1}, []string{
			"in use [0-16], rest 16-32, sys 16, released 16",
			"in use [0-16], rest 16-32, sys 16, released 16",
			"in use [0-32], rest 32-32, sys 0, released 0",
			"in use [0-32], rest 32-32, sys 0, released 0",
		}},
	}
	for _, tt := range tests {
		hp, m := NewDirect(tt.cfg)
		for i, n := range tt.npages {
			s := hp.AllocManual(m, n, SpanAllocWorkBuf)
			if got := growState(hp.h); got != tt.want[i] {
				t.Errorf("%s: after %d pages: %s, want %s", tt.name, n, got, tt.want[i])
			}
			if refused := tt.name == "no memory" && (i == 1 || i == 3); (s == nil) != refused {
				t.Errorf("%s: allocation %d: got a span %v", tt.name, i, s != nil)
			}
			if hp.h.lock.Held() {
				t.Fatalf("%s: allocation %d returns with the lock", tt.name, i)
			}
		}
	}
}

// TestGrowScavenges: growing scavenges as much as the heap has grown by, or as
// it retains too much, whichever is less. Pages of 8192 bytes, OS pages of 4096.
func TestGrowScavenges(t *testing.T) {
	for _, tt := range []struct {
		goal uint64 // pages
		want string
	}{
		// 16 pages retained and 16 of growth: 32.
		{32, "in use [0-32], rest 32-32, sys 32, released 0"},
		{31, "in use [0-32], rest 32-32, sys 32, released 1"},
		{26, "in use [0-32], rest 32-32, sys 32, released 6"},
		// 16, but only 11 are there.
		{0, "in use [0-32], rest 32-32, sys 32, released 11"},
	} {
		hp, m := NewDirect(Config{})
		s := hp.Alloc(m, 11, 0, false)
		hp.Alloc(m, 5, 0, false)
		hp.FreeSpan(m, s)
		hp.StartScavengeGen(m)
		hp.SetScavengeGoal(tt.goal * hp.h.g.PageSize)
		hp.Alloc(m, 16, 0, false) // all of the growth
		if got := growState(hp.h); got != tt.want {
			t.Errorf("goal %d: %s, want %s", tt.goal, got, tt.want)
		}
	}
}

// TestArenaChoices explores what the operating system may do when a heap that
// has used up its first arena asks for another.
func TestArenaChoices(t *testing.T) {
	for _, tt := range []struct {
		open model.Choices
		want []string
	}{
		{0, []string{"in use [0-48], rest 48-64, sys 64, released 16"}},
		// Not at the hint: the next room is arena 2.
		{model.ArenaNotAdjacent, []string{
			"in use [0-32 64-80], rest 80-96, sys 64, released 16",
			"in use [0-48], rest 48-64, sys 64, released 16",
		}},
		{model.OSRefuses, []string{
			"in use [0-32], rest 32-32, sys 32, released 0",
			"in use [0-48], rest 48-64, sys 64, released 16",
		}},
		{model.OSRefuses | model.ArenaNotAdjacent, []string{
			"in use [0-32 64-80], rest 80-96, sys 64, released 16",
			"in use [0-32], rest 32-32, sys 32, released 0",
			"in use [0-48], rest 48-64, sys 64, released 16",
		}},
	} {
		var h *mheap
		var got []string
		e := exploration{
			cfg:     Config{Machine: model.Config{NoStops: true, Open: tt.open}},
			prepare: func(hp *Heap, m *model.M) { hp.Alloc(m, 32, 0, false) },
			start: func(hp *Heap) {
				h = hp.h
				hp.K.NewM("m", func(m *model.M) { hp.Alloc(m, 16, 0, false) })
			},
			after: func(*sched.Result) { got = append(got, growState(h)) },
		}
		_, v := e.run(t)
		slices.Sort(got)
		if got = slices.Compact(got); v != nil || !slices.Equal(got, tt.want) {
			t.Errorf("open %b: %q, want %q; %v", tt.open, got, tt.want, v)
		}
	}
}
