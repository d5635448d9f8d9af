package heap

import (
	"fmt"
	"strings"
	"testing"

	"lockheld/model"
	"lockheld/sched"
)

// TestStatsRead: a snapshot that is taken while others allocate is the state
// between two updates: here, of two spans of one and two pages.
func TestStatsRead(t *testing.T) {
	var got Stats
	seen := map[string]int{}
	var h *mheap
	e := &exploration{
		cfg:         Config{Machine: model.Config{Procs: 3, NoStops: true}, StatsReader: true},
		preemptions: 2,
		prepare: func(hp *Heap, m *model.M) {
			hp.Alloc(m, 1, 0, false)
		},
		start: func(hp *Heap) {
			h = hp.h
			hp.K.NewM("one", func(m *model.M) { hp.AllocManual(m, 1, SpanAllocStack) })
			hp.K.NewM("two", func(m *model.M) { hp.AllocManual(m, 2, SpanAllocWorkBuf) })
			hp.K.NewM("reader", func(m *model.M) {
				got = hp.StatsRead(m)
				got = hp.StatsRead(m)
			})
		},
		after: func(*sched.Result) {
			g := int64(h.g.PageSize)
			seen[fmt.Sprintf("%d %d", got.InStacks/g, got.InWorkBufs/g)]++
			if got.Committed+got.Released != 32*g || got.Committed != got.InHeap+got.InStacks+got.InWorkBufs {
				t.Fatalf("not consistent: %+v", got)
			}
		},
	}
	if _, v := e.run(t); v != nil {
		t.Fatal(v)
	}
	for _, want := range []string{"0 0", "1 0", "0 2", "1 2"} {
		if seen[want] == 0 {
			t.Errorf("never seen: %s; seen %v", want, seen)
		}
	}
	if len(seen) != 4 {
		t.Errorf("seen %v", seen)
	}
}

// TestStatsReaderWithoutWaiting shows that a reader that does not wait for the
// writers is noticed.
func TestStatsReaderWithoutWaiting(t *testing.T) {
	e := &exploration{
		cfg: Config{Machine: model.Config{Procs: 2, NoStops: true}, StatsReader: true},
		start: func(hp *Heap) {
			c := &hp.h.memstats.heapStats
			hp.K.NewM("writer", func(m *model.M) {
				c.acquire(m).inHeap++
				c.release(m)
			})
			hp.K.NewM("reader", func(m *model.M) {
				c.gen.Swap(m.T(), 1)
				c.own[0].Write(m.T())
			})
		},
	}
	if _, v := e.run(t); siteAndKind(v) != "race heapStats.stats" {
		t.Errorf("got %v", v)
	}
}

func TestStatsNestedAcquire(t *testing.T) {
	for _, reader := range []bool{false, true} {
		hp, m := NewDirect(Config{StatsReader: reader})
		c := &hp.h.memstats.heapStats
		c.acquire(m)
		if v := violationOf(func() { c.acquire(m) }); v == nil || v.Message != "bad sequence number: 2 in acquire" {
			t.Errorf("reader %v: acquire twice: %v", reader, v)
		}
		if v := violationOf(func() { c.release(m) }); v == nil || v.Message != "bad sequence number: 3 in release" {
			t.Errorf("reader %v: release: %v", reader, v)
		}
	}
}

// TestReadMemStats: the two sets of statistics agree, after all that changes
// them; and a difference is noticed.
func TestReadMemStats(t *testing.T) {
	for _, tt := range []struct {
		name string
		err  func(h *mheap)
		want string
	}{
		{"none", func(*mheap) {}, "none"},
		{"heap_inuse", func(h *mheap) { h.memstats.heapInuse.Poke(0) }, "panic throw"},
		{"heap_released", func(h *mheap) { h.memstats.heapReleased.Poke(0) }, "panic throw"},
		{"heap_sys", func(h *mheap) { h.memstats.heapSys.Poke(0) }, "panic throw"},
	} {
		e := &exploration{
			cfg: Config{Machine: model.Config{Procs: 1}},
			start: func(hp *Heap) {
				hp.K.NewM("m", func(m *model.M) {
					hp.AllocLarge(m, 3)
					hp.AllocSmall(m, 1)
					s := hp.AllocManual(m, 5, SpanAllocWorkBuf)
					hp.FreeManual(m, hp.AllocManual(m, 1, SpanAllocPtrScalarBits), SpanAllocPtrScalarBits)
					hp.FreeManual(m, s, SpanAllocWorkBuf)
					hp.StackGrow(m)
					hp.SetScavengeGoal(0)
					hp.StartScavengeGen(m)
					hp.ScavengeStep(m)
					hp.Alloc(m, 40, 0, false) // grows, and scavenges for it
					hp.GC(m)
					tt.err(hp.h)
					hp.ReadMemStats(m)
				})
			},
		}
		if _, v := e.run(t); siteAndKind(v) != tt.want {
			t.Errorf("%s: got %v, want %s", tt.name, v, tt.want)
		}
	}
}

// TestStatsGrowth is bug-A6: a stack that grows between acquire and release
// allocates a span, which updates the statistics again.
func TestStatsGrowth(t *testing.T) {
	for _, tt := range []struct {
		open model.Choices
		want string
	}{
		{model.StackGrowth, "none"},
		{model.StackGrowth | StatsGrowth, "panic throw"},
	} {
		e := &exploration{
			cfg: Config{Machine: model.Config{NoStops: true, Open: tt.open}},
			start: func(hp *Heap) {
				hp.K.NewM("m", func(m *model.M) { hp.AllocLarge(m, 1) })
			},
		}
		_, v := e.run(t)
		if siteAndKind(v) != tt.want || v != nil && !strings.HasPrefix(v.Message, "bad sequence number") {
			t.Errorf("open %b: got %v", tt.open, v)
		}
	}
}
