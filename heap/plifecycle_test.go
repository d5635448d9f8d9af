package heap

import (
	"fmt"
	"testing"

	"lockheld/model"
)

// shrinking is a program in which one M changes the number of Ps from two to
// one, and back if again, after both have filled their caches.
func shrinking(v *Variant, again bool, check func(hp *Heap)) *exploration {
	e := &exploration{
		cfg:         Config{Machine: model.Config{Procs: 2, MinProcs: 1}, Variant: v},
		preemptions: 1,
	}
	e.start = func(hp *Heap) {
		hp.K.NewM("a", func(m *model.M) {
			hp.Alloc(m, 1, 0, false)
			hp.GOMAXPROCS(m, 1)
			check(hp)
			if again {
				hp.GOMAXPROCS(m, 2)
			}
			hp.Alloc(m, 1, 0, false)
		})
		hp.K.NewM("b", func(m *model.M) {
			hp.Alloc(m, 1, 0, false)
			hp.AllocSmall(m, 1)
		})
	}
	return e
}

// lookup returns a built-in variant.
func lookup(t *testing.T, name string) *Variant {
	t.Helper()
	v, err := LookupVariant(name)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// TestVariantsOfDestroy: who flushes the page cache of a P with which lock.
// The verdicts of before are those of the real runtime built so.
func TestVariantsOfDestroy(t *testing.T) {
	for _, tt := range []struct{ variant, want string }{
		{"go1.16", "none"},
		{"before", "assertion flush/entry"},
		{"before-relaxed", "none"},
		{"before-flush-relaxed", "assertion update/entry"},
	} {
		v := lookup(t, tt.variant)
		_, got := shrinking(v, true, func(*Heap) {}).run(t)
		if siteAndKind(got) != tt.want {
			t.Errorf("%s: got %v, want %s", tt.variant, got, tt.want)
		}
		if tt.want != "none" && tt.want != "assertion "+v.Catch {
			t.Errorf("%s: the list says that %s catches it", tt.variant, v.Catch)
		}
	}
}

// TestBeforeWithEmptyCache: the contract of flush is broken even for an empty
// cache; that of update is not, since it is not called then.
func TestBeforeWithEmptyCache(t *testing.T) {
	for _, tt := range []struct{ variant, want string }{
		{"before", "assertion flush/entry"},
		{"before-flush-relaxed", "none"},
	} {
		e := &exploration{
			cfg: Config{Machine: model.Config{Procs: 2, MinProcs: 1}, Variant: lookup(t, tt.variant)},
			start: func(hp *Heap) {
				hp.K.NewM("a", func(m *model.M) { hp.GOMAXPROCS(m, 1) })
			},
		}
		if _, got := e.run(t); siteAndKind(got) != tt.want {
			t.Errorf("%s: got %v, want %s", tt.variant, got, tt.want)
		}
	}
}

// TestDestroyedPHasNothing looks at the second P after the world has one.
func TestDestroyedPHasNothing(t *testing.T) {
	looked := 0
	var wrong string
	e := shrinking(release(), true, func(hp *Heap) {
		l := &hp.h.locals[1]
		looked++
		if l.pcache.cache != 0 || l.mspancache.len != 0 || l.mcache != nil || hp.K.AllPs()[1].Status() != model.Pdead {
			wrong = fmt.Sprintf("%+v, %v", l, hp.K.AllPs()[1].Status())
		}
	})
	if _, v := e.run(t); v != nil || looked == 0 || wrong != "" {
		t.Errorf("looked %d times: %s; %v", looked, wrong, v)
	}
}

// TestProcresizeTakesTheCachesBack counts pages and objects: what the destroyed
// P had is in the heap again, and the span that its mcache held is in mcentral.
func TestProcresizeTakesTheCachesBack(t *testing.T) {
	free := func(h *mheap) (n uint) {
		for ci := h.pages.start; ci < h.pages.end; ci++ {
			chunk := h.pages.view(ci)
			n += h.pages.chunkPages - chunk.popcntRange(0, h.pages.chunkPages)
		}
		return n
	}
	var before, after string
	state := func(h *mheap) string {
		return fmt.Sprintf("free %d, spans cached or free %d, mcaches %d, partial %d", free(h),
			h.spanalloc.live.carved-h.spanalloc.live.inuse+h.locals[0].mspancache.len+h.locals[1].mspancache.len,
			h.cachealloc.live.inuse, h.central[1].partial[0].n.Peek())
	}
	e := &exploration{
		cfg: Config{Machine: model.Config{Procs: 2, MinProcs: 1}},
		start: func(hp *Heap) {
			var b *model.M
			hp.K.NewM("a", func(m *model.M) {
				m.T().Join(b.T())
				before = state(hp.h)
				hp.GOMAXPROCS(m, 1)
				after = state(hp.h)
			})
			b = hp.K.NewM("b", func(m *model.M) {
				hp.AllocSmall(m, 1)
				hp.FreeManual(m, hp.AllocManual(m, 2, SpanAllocWorkBuf), SpanAllocWorkBuf)
			})
		},
	}
	if _, v := e.run(t); v != nil {
		t.Fatal(v)
	}
	// b grew the heap by 16 pages: the small span came from them, and the
	// second span from the block that was cached then, of 7 pages, of which 5
	// stay in the cache.
	if want := "free 10, spans cached or free 1, mcaches 2, partial 0"; before != want {
		t.Errorf("before: %s, want %s", before, want)
	}
	if want := "free 15, spans cached or free 1, mcaches 1, partial 1"; after != want {
		t.Errorf("after: %s, want %s", after, want)
	}
}

// TestGOMAXPROCSReturns the number before and ignores what is no change.
func TestGOMAXPROCS(t *testing.T) {
	e := &exploration{
		cfg: Config{Machine: model.Config{Procs: 2, MinProcs: 1, MaxProcs: 3}},
		start: func(hp *Heap) {
			hp.K.NewM("a", func(m *model.M) {
				for _, tt := range []struct{ n, want int }{{0, 2}, {2, 2}, {3, 2}, {1, 3}, {-1, 1}, {2, 1}} {
					if got := hp.GOMAXPROCS(m, tt.n); got != tt.want {
						t.Errorf("GOMAXPROCS(%d) = %d, want %d", tt.n, got, tt.want)
					}
				}
				if len(hp.K.Ps()) != 2 || hp.h.locals[2].mcache != nil || hp.h.locals[1].mcache == nil {
					t.Errorf("%d Ps", len(hp.K.Ps()))
				}
			})
		},
	}
	if _, v := e.run(t); v != nil {
		t.Error(v)
	}
}
