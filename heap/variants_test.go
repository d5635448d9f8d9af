package heap

import (
	"strings"
	"testing"

	"lockheld/model"
	"lockheld/sched"
)

func TestVariants(t *testing.T) {
	if err := validateVariants(Variants()); err != nil {
		t.Error(err)
	}
	if v := Variants()[0]; v.Name != "go1.16" || v.Kind != VariantRelease || v.switches != (switches{}) || v.Strict != nil {
		t.Errorf("the first variant is %+v, want go1.16 with no switch set", v)
	}
}

func TestValidateVariants(t *testing.T) {
	ok := Variant{Name: "a", Kind: VariantMutant, Catch: "x", Scenario: "y", Doc: "A sentence.",
		switches: switches{growBacked: true}}
	for _, tt := range []struct {
		change func(v *Variant)
		want   string
	}{
		{func(*Variant) {}, ""},
		{func(v *Variant) { v.Name = "" }, `variant 0: name ""`},
		{func(v *Variant) { v.Name = "a b" }, `variant 0: name "a b"`},
		{func(v *Variant) { v.Name = "z" }, "variant z: listed twice"},
		{func(v *Variant) { v.Doc = "no" }, `variant a: "no" is no sentence`},
		{func(v *Variant) { v.Kind = "other" }, `variant a: kind "other"`},
		{func(v *Variant) { v.Catch, v.Scenario = "", "" }, "variant a: a mutant needs what catches it, or why nothing does"},
		{func(v *Variant) { v.Survives = "It is so." }, "variant a: a mutant needs what catches it, or why nothing does"},
		{func(v *Variant) { v.Scenario = "" }, `variant a: caught by "x" in scenario ""`},
		{func(v *Variant) { v.switches = switches{} }, "variant a: it is Go 1.16, or says so"},
	} {
		v := ok
		tt.change(&v)
		last := Variant{Name: "z", Kind: VariantTest, Doc: "A sentence."}
		got := ""
		if err := validateVariants([]*Variant{&v, &last}); err != nil {
			got = err.Error()
		}
		if got != tt.want {
			t.Errorf("got %q, want %q", got, tt.want)
		}
	}
}

func TestLookupVariant(t *testing.T) {
	v, err := LookupVariant("before")
	if err != nil || v.Name != "before" || !v.destroyFlushUnlocked {
		t.Errorf("before: %+v, %v", v, err)
	}
	_, err = LookupVariant("nope")
	if err == nil || !strings.HasPrefix(err.Error(), `no variant "nope", have go1.16, before, before-relaxed, `) {
		t.Errorf("nope: %v", err)
	}
}

// TestBeforeTests: each helper of the runtime's tests that took no lock before
// the seed commit fails at the point of the function that it calls.
func TestBeforeTests(t *testing.T) {
	var c *TestPageCache
	filled := [][]Run{{{0, 3}}}
	for _, tt := range []struct {
		name string
		call func(tp *TestPageAlloc, m *model.M)
		want string
	}{
		{"NewPageAlloc", func(tp *TestPageAlloc, m *model.M) { tp.NewPageAlloc(m, filled, nil) }, "pageAlloc.grow/entry"},
		{"update", func(tp *TestPageAlloc, m *model.M) {
			tp.locked(m, func() { tp.p.update(m, tp.p.g.BaseAddr(), 1, false, false) })
		}, "update/entry"},
		{"Alloc", func(tp *TestPageAlloc, m *model.M) { tp.Alloc(m, 1) }, "alloc/entry"},
		{"Free", func(tp *TestPageAlloc, m *model.M) { tp.Free(m, tp.p.g.BaseAddr(), 1) }, "free/entry"},
		{"AllocToCache", func(tp *TestPageAlloc, m *model.M) { tp.AllocToCache(m, c) }, "allocToCache/entry"},
		{"Flush", func(tp *TestPageAlloc, m *model.M) { c.Flush(m, tp) }, "flush/entry"},
		{"Scavenge", func(tp *TestPageAlloc, m *model.M) { tp.Scavenge(m, 1, false) }, "none"},
	} {
		for _, name := range []string{"go1.16", "before-tests"} {
			v := lookup(t, name)
			want := "none"
			if name == "before-tests" && tt.want != "none" {
				want = "assertion " + tt.want
			}
			e := &exploration{
				cfg: Config{Variant: v},
				start: func(hp *Heap) {
					// The allocator is made by the helpers of Go 1.16.
					tp := NewTestPageAlloc(hp.h.w, hp.K, hp.h.g, nil)
					c = tp.NewCache(hp.h.w)
					hp.K.NewM("m", func(m *model.M) {
						if tt.name != "NewPageAlloc" {
							tp.NewPageAlloc(m, filled, nil)
						}
						tp.v = v
						tt.call(tp, m)
						tp.v = release()
					})
				},
			}
			if _, got := e.run(t); siteAndKind(got) != want {
				t.Errorf("%s in %s: got %v, want %s", tt.name, name, got, want)
			}
		}
	}
}

// TestTestHelpers uses the helpers as the runtime's tests do.
func TestTestHelpers(t *testing.T) {
	hp, m := NewDirect(Config{})
	h := hp.h
	tp := NewTestPageAlloc(h.w, hp.K, h.g, nil)
	c := tp.NewCache(h.w)
	page := h.g.PageSize
	tp.NewPageAlloc(m, [][]Run{{{0, 3}}, nil}, [][]Run{{{2, 4}}})
	if addr, scav := tp.Alloc(m, 2); h.pageNumber(addr) != 3 || scav != 2*page {
		t.Errorf("Alloc: page %d, scav %d", h.pageNumber(addr), scav)
	}
	if tp.AllocToCache(m, c); c.Empty() {
		t.Error("the cache is empty")
	}
	if addr, scav := c.Alloc(m, 2); h.pageNumber(addr) != 5 || scav != page {
		t.Errorf("from the cache: page %d, scav %d", h.pageNumber(addr), scav)
	}
	if c.Flush(m, tp); !c.Empty() {
		t.Error("the cache is not empty")
	}
	tp.Free(m, h.g.BaseAddr(), 1)
	if addr, _ := tp.Alloc(m, 1); h.pageNumber(addr) != 0 {
		t.Errorf("page %d", h.pageNumber(addr))
	}
	// Pages 7 to 31 are free, none of them scavenged.
	if got := tp.Scavenge(m, 32*page, true); got != 25*page {
		t.Errorf("scavenged %d pages", got/page)
	}
}

// TestLockOnUserStack: with the check of the stack the variant is caught where
// it takes the lock. Without it, the stack grows while the lock is held: then
// the lock order is violated, our own point notices that allocSpan is called so,
// and without all of these the M waits for itself.
func TestLockOnUserStack(t *testing.T) {
	for _, tt := range []struct {
		off  model.Checks
		seed bool
		grow model.Choices
		want string
	}{
		{0, false, model.StackGrowth, "assertion lock/systemstack"},
		{model.CheckSystemStack, false, model.StackGrowth, "assertion rank"},
		{model.CheckSystemStack | model.CheckRank, false, model.StackGrowth, "assertion allocSpan/not-held"},
		{model.CheckSystemStack | model.CheckRank, true, model.StackGrowth, "self-deadlock heap"},
		{model.CheckSystemStack, true, 0, "none"},
	} {
		var s *Span
		e := &exploration{
			cfg: Config{
				Machine:      model.Config{Off: tt.off, Open: tt.grow},
				Variant:      lookup(t, "lock-on-user-stack"),
				RuntimeSites: tt.seed,
			},
			prepare: func(hp *Heap, m *model.M) { s = hp.Alloc(m, 5, 0, false) },
			start: func(hp *Heap) {
				hp.K.NewM("m", func(m *model.M) { hp.h.freeSpan(m, s) })
			},
		}
		_, got := e.run(t)
		if siteAndKind(got) != tt.want {
			t.Errorf("%+v: got %v", tt, got)
		}
	}
}

// TestUnlockedTestHelper is bug-A8: a helper that takes span objects without the
// lock is noticed by the runtime's assertion only if one is carved.
func TestUnlockedTestHelper(t *testing.T) {
	for _, tt := range []struct {
		recycled, all bool
		want          string
	}{
		{false, false, "assertion recordspan/entry"},
		{true, false, "none"},
		{false, true, "assertion fixalloc.alloc/entry"},
		{true, true, "assertion fixalloc.alloc/entry"},
	} {
		e := &exploration{
			cfg: Config{RuntimeSites: !tt.all},
			prepare: func(hp *Heap, m *model.M) {
				if tt.recycled {
					m.Lock(hp.h.lock)
					hp.h.spanalloc.free(m, hp.h.spanalloc.alloc(m))
					m.Unlock(hp.h.lock)
				}
			},
			start: func(hp *Heap) {
				hp.K.NewM("m", func(m *model.M) { hp.h.newSpan(m) })
			},
		}
		if _, got := e.run(t); siteAndKind(got) != tt.want {
			t.Errorf("%+v: got %v", tt, got)
		}
	}
}

// TestReclaimNoRelock: m41 needs tracing.
func TestReclaimNoRelock(t *testing.T) {
	for _, tt := range []struct {
		trace bool
		want  string
	}{{true, "assertion reclaimChunk/return"}, {false, "none"}} {
		e := &exploration{
			cfg: Config{Variant: lookup(t, "m41"), Trace: tt.trace},
			prepare: func(hp *Heap, m *model.M) {
				sweepPhase(hp, m, []uint64{1}, func(int) bool { return true })
			},
			start: func(hp *Heap) { hp.K.NewM("m", func(m *model.M) { hp.Reclaim(m, 1) }) },
		}
		if _, got := e.run(t); siteAndKind(got) != tt.want {
			t.Errorf("trace %v: got %v", tt.trace, got)
		}
	}
}

// TestTwoTestsOnOnePageAlloc: without lock and without assertions, two tests
// would corrupt the allocator; the guard says so.
func TestTwoTestsOnOnePageAlloc(t *testing.T) {
	hp, m := NewDirect(Config{})
	tp := NewTestPageAlloc(hp.h.w, hp.K, hp.h.g, nil)
	tp.NewPageAlloc(m, [][]Run{nil}, nil)
	v := violationOf(func() { tp.p.own(m) })
	if v == nil || v.Kind != sched.KindGuard {
		t.Errorf("got %v", v)
	}
}
