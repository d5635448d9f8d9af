package properties

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"lockheld/heap"
	"lockheld/model"
)

// reached returns how often each assertion point of the runtime's seed commit
// was evaluated by the executions of a scenario, its preparation not counted.
func reached(t *testing.T, scenario string) map[model.Site]int64 {
	t.Helper()
	cov := new(model.Coverage)
	before := map[model.Site]int64{}
	o := bounded()
	o.Preemptions = 1
	explore(t, Build{Scenario: scenario, Coverage: cov, ready: func(*stage) {
		for _, s := range heap.Sites() {
			before[s.Site] = cov.Reached(s.Site)
		}
	}}, o)
	counts := map[model.Site]int64{}
	for _, s := range heap.Sites() {
		if s.Seed > 0 {
			counts[s.Site] = cov.Reached(s.Site) - before[s.Site]
		}
	}
	return counts
}

// Each of the 28 assertions of the seed commit is evaluated in executions of
// the scenarios that testdata/sites.txt lists for it, and of no others: an
// assertion that is taken out of the heap, or can no longer be reached, is
// missed here.
func TestPropertySites(t *testing.T) {
	name := filepath.Join("testdata", "sites.txt")
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string][]string{}
	for i, line := range strings.Split(strings.TrimSpace(string(text)), "\n") {
		if strings.HasPrefix(line, "#") {
			continue
		}
		f := strings.Fields(line)
		if len(f) < 3 {
			t.Fatalf("%s:%d: %q is not number, site, scenarios", name, i+1, line)
		}
		want[f[0]+" "+f[1]] = f[2:]
	}
	got := map[string][]string{}
	for _, sc := range Scenarios() {
		counts := reached(t, sc.Name)
		for _, s := range heap.Sites() {
			if s.Seed > 0 && counts[s.Site] > 0 {
				key := strconv.Itoa(s.Seed) + " " + string(s.Site)
				got[key] = append(got[key], sc.Name)
			}
		}
	}
	seeds := 0
	for _, s := range heap.Sites() {
		if s.Seed == 0 {
			continue
		}
		seeds++
		key := strconv.Itoa(s.Seed) + " " + string(s.Site)
		if len(got[key]) == 0 {
			t.Errorf("%s is reached in no scenario", key)
		}
		if !slices.Equal(got[key], want[key]) {
			t.Errorf("%s\n\tis reached in %s\n\twant          %s", key, strings.Join(got[key], " "), strings.Join(want[key], " "))
		}
		delete(want, key)
	}
	if seeds != 28 || len(want) != 0 {
		t.Errorf("%d sites of the seed commit, want 28; %d lines of %s name no site", seeds, len(want), name)
	}
}
