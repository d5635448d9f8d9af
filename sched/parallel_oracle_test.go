package sched_test

import (
	"testing"

	"lockheld/internal/litmus/oracle"
	"lockheld/sched"
)

// TestWorkersOfReductionAgainstOracle: several workers that share a search by
// reduction run one execution of each trace of generated programs, and none is
// blocked.
func TestWorkersOfReductionAgainstOracle(t *testing.T) {
	perProfile := uint64(40)
	if testing.Short() {
		perProfile = 15
	}
	for _, prof := range oracle.Profiles() {
		prof.MaxInterleavings = 3000
		t.Run(prof.Name, func(t *testing.T) {
			for seed := range perProfile {
				p := oracle.Generate(&prof, 1<<20+seed)
				want, err := oracle.Classes(p, 1<<20)
				if err != nil {
					t.Fatal(err)
				}
				for _, workers := range []int{2, 3, 5} {
					c := sched.DPORSettings{Order: orders[seed%3], Workers: workers}
					if what := reduced(p, want, c); what != "" {
						t.Fatalf("seed %d, %d workers, %s first: %s\n%s", 1<<20+seed, workers, c.Order, what, p)
					}
				}
			}
		})
	}
}
