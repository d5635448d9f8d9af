package sched

import (
	"context"
	"testing"
)

func explore(t *testing.T, p *Program, o Options) *Report {
	t.Helper()
	r, err := Explore(context.Background(), p, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestSmoke(t *testing.T) {
	for _, driven := range []bool{false, true} {
		r := explore(t, counter(2, 2), Options{Preemptions: -1, Driven: driven})
		t.Logf("%+v", r)
		r = explore(t, lostUpdate(2, 0), Options{Preemptions: -1, Driven: driven, All: true})
		t.Logf("%+v", r)
		if len(r.Findings) > 0 {
			tr, err := Replay(lostUpdate(2, 0), r.Findings[0].Schedule, Options{})
			t.Logf("%+v %v", tr, err)
		}
		r = explore(t, counter(3, 3), Options{Preemptions: -1, Driven: driven})
		t.Logf("%+v", r)
	}
}
