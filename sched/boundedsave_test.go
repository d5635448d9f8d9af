package sched

import (
	"context"
	"fmt"
	"testing"
)

// snapshots is a bounded search that saves what is left whenever it decides.
type snapshots struct {
	*boundedSearch
	every, n int
	texts    [][]byte
}

func (s *snapshots) Pick(v *View) int {
	s.take()
	return s.boundedSearch.Pick(v)
}

func (s *snapshots) Value(v *View, n int) int {
	value := s.boundedSearch.Value(v, n)
	s.take()
	return value
}

func (s *snapshots) take() {
	if s.n++; s.n%s.every == 0 {
		c := &stateText{}
		s.remaining().(*boundedWork).code(c)
		s.texts = append(s.texts, c.b)
	}
}

// searchBounded runs a search by s, and tells what it found.
func searchBounded(t *testing.T, p *Program, o Options, s Strategy, w work) string {
	t.Helper()
	e, err := LookupStrategy("dpor")
	if err != nil {
		t.Fatal(err)
	}
	e = &StrategyEntry{Name: e.Name, Kind: e.Kind, Reduces: true, make: func(*Options) Strategy { return s }}
	search, err := newSearch(context.Background(), p, o, e)
	if err != nil {
		t.Fatal(err)
	}
	search.parts.first.work = w
	if err := search.run(); err != nil {
		t.Fatal(err)
	}
	b, ok := s.(*boundedSearch)
	if !ok {
		b = s.(*snapshots).boundedSearch
	}
	return fmt.Sprint(b.classes, b.extras, b.violated, b.partial, b.cut, b.found, b.all, b.early, b.level)
}

// A bounded search goes on from wherever it was, also within an execution, to the
// same classes, by as many executions.
func TestBoundedWorkRemaining(t *testing.T) {
	resumed := 0
	chooses := program("each chooses first", func(w *World) {
		x := NewWord(w, "x", 0)
		for i := range 2 {
			w.Go(fmt.Sprint("T", i), func(t *Task) { x.Store(t, uint64(t.Choose("v", 3))) })
		}
	})
	for _, p := range append(suite(), chooses) {
		for bound := range 3 {
			for _, left := range []int{mostEarly, 0} { // whether all classes are counted first
				o := Options{Strategy: "dpor", Preemptions: bound, All: true}
				make := func() *boundedSearch {
					b := newBounded(&o)
					b.left = left
					return b
				}
				s := &snapshots{boundedSearch: make(), every: 1 + 7*bound*bound}
				want := searchBounded(t, p, o, s, nil)
				for i, text := range s.texts {
					if len(s.texts) > 40 && i%(len(s.texts)/40) != 0 {
						continue
					}
					w := &boundedWork{}
					c := &stateText{reading: true, b: text}
					if w.code(c); c.err != nil || len(c.b) > 0 {
						t.Fatal(c.err, len(c.b))
					}
					resumed++
					if got := searchBounded(t, p, o, make(), w); got != want {
						t.Errorf("%s, bound %d, early %d: resumed at decision %d: %s, in one go %s", p.Name, bound, left, (i+1)*s.every, got, want)
						break
					}
				}
			}
		}
	}
	t.Log(resumed, "searches resumed")
}
