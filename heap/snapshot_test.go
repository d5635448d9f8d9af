package heap

import (
	"fmt"
	"maps"
	"reflect"
	"testing"
	"unsafe"

	"lockheld/model"
	"lockheld/sched"
)

// workload is a program that uses all parts of the heap; with tests it uses the
// helpers of the runtime's tests, too.
func workload(v *Variant) *exploration {
	return &exploration{
		cfg: Config{
			Machine:     model.Config{Procs: 2, MinProcs: 1, Open: model.StackGrowth | model.ArenaNotAdjacent},
			Variant:     v,
			Trace:       true,
			StatsReader: true,
		},
		prepare: func(hp *Heap, m *model.M) {
			hp.AllocSmall(m, 1)
			sweepPhase(hp, m, []uint64{1, 2, 5}, func(i int) bool { return i != 1 })
		},
		start: func(hp *Heap) {
			tp := NewTestPageAlloc(hp.h.w, hp.K, hp.h.g, v)
			c := tp.NewCache(hp.h.w)
			hp.K.NewM("a", func(m *model.M) {
				hp.FreeManual(m, hp.AllocManual(m, 3, SpanAllocStack), SpanAllocStack)
				s, i := hp.AllocSmall(m, 1)
				hp.Drop(s, i)
				hp.AllocLarge(m, 20)
				hp.GC(m)
				hp.GOMAXPROCS(m, 1)
				hp.StatsRead(m)
				hp.ScavengeAll(m)
				hp.GOMAXPROCS(m, 2)
				hp.ReadMemStats(m)
			})
			hp.K.NewM("b", func(m *model.M) {
				hp.FreeSpan(m, hp.Alloc(m, 1, 0, false))
				hp.AllocManual(m, 3, SpanAllocStack)
				hp.SetGCPercent(m, 50)
				for range 4 {
					hp.StackGrow(m)
				}
				tp.NewPageAlloc(m, [][]Run{{{0, 3}}, nil}, nil)
				tp.Alloc(m, 3)
				tp.AllocToCache(m, c)
				c.Alloc(m, 1)
				c.Flush(m, tp)
				tp.Scavenge(m, hp.h.g.PageSize, true)
			})
			hp.NewBgscavenge()
			hp.NewBgsweep()
			hp.NewSysmon()
		},
	}
}

// TestRestoredHeapIsFresh: after executions of each variant, whole ones and some
// that were cut off, the restored world equals one that was set up anew.
func TestRestoredHeapIsFresh(t *testing.T) {
	for _, v := range Variants() {
		e := workload(v)
		fresh := stateOf(setupOnly(t, e))
		start, checks := e.start, 0
		e.start = func(hp *Heap) {
			start(hp)
			hp.h.w.OnStart(func() {
				checks++
				if d := diff(fresh, stateOf(hp)); d != "" {
					t.Fatalf("%s: execution %d does not start fresh: %s", v.Name, checks, d)
				}
			})
		}
		sites := map[string]bool{}
		depths, executions := []int{0, 40, 200, 250}, 6
		other := v.Kind == VariantMutant || v.Issue != 0 || v.Entry != ""
		if other {
			depths, executions = []int{0, 100}, 2
		}
		for _, depth := range depths {
			o := sched.Options{Strategy: "random", Seed: uint64(depth), Executions: int64(executions), Depth: depth, All: true, Shrink: -1}
			r, err := sched.Explore(t.Context(), e.program(v.Name), o)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range r.Findings {
				sites[f.Violation.Site] = true
			}
		}
		if checks < len(depths)*(executions-1) {
			t.Errorf("%s: only %d checks", v.Name, checks)
		}
		want := map[string]bool{}
		if v.Catch != "" {
			want[v.Catch] = true
		}
		if other {
			continue // what catches it needs another workload, see package properties
		}
		if !maps.Equal(sites, want) {
			t.Errorf("%s: found %v, want %v", v.Name, sites, want)
		}
	}
}

// setupOnly sets e up in a world of its own and returns its heap.
func setupOnly(t *testing.T, e *exploration) *Heap {
	t.Helper()
	var hp *Heap
	start := e.start
	p := (&exploration{cfg: e.cfg, prepare: e.prepare, start: func(h *Heap) {
		hp = h
		start(h)
	}}).program("fresh")
	o := sched.Options{Strategy: "dfs", Preemptions: -1, Depth: 1, Executions: 1, Shrink: -1}
	if _, err := sched.Explore(t.Context(), p, o); err != nil {
		t.Fatal(err)
	}
	return hp
}

// stateOf lists everything that can be reached from the heap, but for what
// belongs to the scheduler: words are listed with their values.
func stateOf(hp *Heap) []string {
	w := &walker{seen: map[unsafe.Pointer]int{}}
	w.walk("heap", reflect.ValueOf(hp.h).Elem())
	return w.out
}

// A walker lists values. A pointer that was met before is listed by the number
// of that meeting, so that the lists of two heaps can be compared.
type walker struct {
	seen map[unsafe.Pointer]int
	out  []string
}

func (w *walker) add(path string, v any) { w.out = append(w.out, fmt.Sprintf("%s = %v", path, v)) }

func (w *walker) walk(path string, v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		w.pointer(path, v)
	case reflect.Struct:
		if v.Type() == reflect.TypeOf(Config{}) {
			return
		}
		for i := range v.NumField() {
			w.walk(path+"."+v.Type().Field(i).Name, v.Field(i))
		}
	case reflect.Slice:
		w.add(path+".len", v.Len())
		// Beyond the length there may be something from before.
		fallthrough
	case reflect.Array:
		for i := range v.Len() {
			w.walk(fmt.Sprintf("%s[%d]", path, i), v.Index(i))
		}
	case reflect.Func, reflect.Interface, reflect.Map:
	default:
		w.add(path, v)
	}
}

func (w *walker) pointer(path string, v reflect.Value) {
	if v.IsNil() {
		w.add(path, "nil")
		return
	}
	p := v.UnsafePointer()
	if n, ok := w.seen[p]; ok {
		w.add(path, n)
		return
	}
	w.seen[p] = len(w.seen)
	switch x := reflect.NewAt(v.Type().Elem(), p).Interface().(type) {
	case *sched.Word:
		w.add(path, x.Peek())
	case *sched.World, *sched.Cell, *sched.Area, *sched.Mutex, *guards, *Geometry, *Variant:
		// constant, or restored by the scheduler
	case *model.Machine, *model.M, *model.P:
		// model's own test
	case *model.Mutex:
		w.add(path, x.Held())
	default:
		w.walk(path, v.Elem())
	}
}

// diff returns the first difference of two lists.
func diff(want, got []string) string {
	for i := range want {
		if i >= len(got) || want[i] != got[i] {
			return fmt.Sprintf("want %s, got %s", want[i], append(got, make([]string, i+1)...)[i])
		}
	}
	if len(got) > len(want) {
		return "more than wanted: " + got[len(want)]
	}
	return ""
}
