package properties

import (
	"context"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"lockheld/heap"
	"lockheld/model"
	"lockheld/sched"
)

// checkNames checks a list of names and sentences: names are unique and fit
// pattern, and each has a sentence.
func checkNames(t *testing.T, what, pattern string, names, docs []string) {
	t.Helper()
	ok := regexp.MustCompile("^" + pattern + "$")
	seen := map[string]bool{}
	for i, n := range names {
		if !ok.MatchString(n) {
			t.Errorf("%s %q: not a name", what, n)
		}
		if seen[n] {
			t.Errorf("%s %s is listed twice", what, n)
		}
		seen[n] = true
		if d := docs[i]; d == "" || !strings.HasSuffix(d, ".") || strings.ToUpper(d[:1]) != d[:1] && !strings.HasPrefix(d, "heap_") {
			t.Errorf("%s %s: %q is no sentence", what, n, d)
		}
	}
}

func TestLists(t *testing.T) {
	var names, docs []string
	for _, sc := range append(Scenarios(), LargeScenarios()...) {
		names, docs = append(names, sc.Name), append(docs, sc.Doc)
		if heap.GeometryByName(sc.Geometry) == nil {
			t.Errorf("scenario %s: no geometry %q", sc.Name, sc.Geometry)
		}
		if sc.Large != strings.HasSuffix(sc.Name, "-large") {
			t.Errorf("scenario %s: Large is %t", sc.Name, sc.Large)
		}
		if !sc.Large && len(sc.Goals()) == 0 {
			t.Errorf("scenario %s has no goal", sc.Name)
		}
		for _, k := range sc.Known() {
			if e, err := lookupEntry(k); err != nil || !e.Strict || e.Fails == "" {
				t.Errorf("scenario %s: %s is not a strict property that fails", sc.Name, k)
			}
		}
	}
	checkNames(t, "scenario", `[a-z]+(-[a-z0-9]+)*`, names, docs)
	if n := len(Scenarios()); n != 13 {
		t.Errorf("%d scenarios, want 13", n)
	}

	names, docs = nil, nil
	used := map[string]bool{}
	for _, sc := range Scenarios() {
		for _, g := range sc.Goals() {
			used[g.Name] = true
		}
	}
	for _, g := range Goals() {
		names, docs = append(names, g.Name), append(docs, g.Doc)
		if !used[g.Name] {
			t.Errorf("no scenario has goal %s", g.Name)
		}
	}
	checkNames(t, "goal", `[a-z]+(-[a-z0-9]+)*`, names, docs)

	names, docs = nil, nil
	for _, e := range Properties() {
		names, docs = append(names, e.Name), append(docs, e.Doc)
		switch {
		case (e.When == Inside) != (e.check == nil && e.Where != ""):
			t.Errorf("property %s: When is %v, Where is %q", e.Name, e.When, e.Where)
		case e.check != nil && e.reads == nil && e.each == nil:
			t.Errorf("property %s does not say what it reads", e.Name)
		case e.Strict != (e.Fails != ""):
			t.Errorf("property %s: strict is %t, Fails is %q", e.Name, e.Strict, e.Fails)
		}
	}
	checkNames(t, "property", `[PL](-[A-Z]+)+`, names, docs)
}

// Bad input is refused in one line that says what is wrong.
func TestBadBuilds(t *testing.T) {
	for _, tt := range []struct {
		b    Build
		want string
	}{
		{Build{Scenario: "nope"}, `no scenario "nope", have alloc-free, scavenge-alloc, `},
		{Build{Scenario: "grow", Variant: "nope"}, `no variant "nope", have go1.16, before, `},
		{Build{Scenario: "grow", Geometry: "nope"}, `no geometry "nope", have real, small, `},
		{Build{Scenario: "grow", Properties: []string{"P-NOPE"}}, `no property "P-NOPE", have P-LOCK, P-MUTEX, `},
		{Build{Scenario: "grow", Properties: []string{"-P-NOPE"}}, `no property "P-NOPE", have P-LOCK, P-MUTEX, `},
		{Build{Scenario: "grow", Properties: []string{"-P-LOCK"}}, "property P-LOCK cannot be switched off: it is checked by the assertions of the heap"},
		{Build{Scenario: "grow", Properties: []string{"-P-RANK", "P-SEARCH"}}, "properties -P-RANK,P-SEARCH: a list of names, or of names with + and -, not both"},
	} {
		_, err := tt.b.Program()
		if err == nil || !strings.HasPrefix(err.Error(), tt.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%+v: %v, want %s", tt.b, err, tt.want)
		}
	}
}

// What -property selects.
func TestChoose(t *testing.T) {
	for _, tt := range []struct {
		names   []string
		on, off []string
	}{
		{nil, []string{"P-LOCK", "P-SEARCH", nameSysstack}, []string{"P-SWEPT"}},
		{[]string{"-P-SEARCH", "+P-SWEPT"}, []string{"P-SWEPT", "P-SUMMARY"}, []string{"P-SEARCH", nameStopper}},
		{[]string{"P-SEARCH"}, []string{"P-SEARCH"}, []string{"P-SUMMARY", nameSysstack}},
	} {
		sel, err := choose(tt.names)
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range tt.on {
			if !sel[n] {
				t.Errorf("%q: %s is off", tt.names, n)
			}
		}
		for _, n := range tt.off {
			if sel[n] {
				t.Errorf("%q: %s is on", tt.names, n)
			}
		}
	}
}

// After executions a world is what it was at first. The machine keeps texts
// that it has made, which is no difference.
func TestPropertyRestored(t *testing.T) {
	for _, sc := range append(Scenarios(), LargeScenarios()...) {
		for _, v := range []string{"go1.16", "before-relaxed"} {
			if sc.Large && v != "go1.16" {
				continue
			}
			p, err := Build{Scenario: sc.Name, Variant: v, Coverage: new(model.Coverage)}.Program()
			if err != nil {
				t.Fatal(err)
			}
			if err := sched.CheckRestore(p, 5, 7); err != nil && !strings.Contains(err.Error(), "k.growNames") {
				t.Errorf("%s: %v", v, err)
			}
		}
	}
}

// Executions allocate nothing, with all properties checked.
func TestAllocations(t *testing.T) {
	for _, sc := range Scenarios() {
		p, err := Build{Scenario: sc.Name}.Program()
		if err != nil {
			t.Fatal(err)
		}
		mallocs := func(executions int64) uint64 {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			o := sched.Options{Strategy: "random", Executions: executions, Recheck: -1}
			if _, err := sched.Explore(context.Background(), p, o); err != nil {
				t.Fatal(err)
			}
			runtime.ReadMemStats(&after)
			return after.Mallocs - before.Mallocs
		}
		mallocs(100)
		few, many := mallocs(100), mallocs(1100)
		if d := int64(many) - int64(few); d > 500 {
			t.Errorf("%s: 1000 executions made %d allocations", sc.Name, d)
		}
	}
}
