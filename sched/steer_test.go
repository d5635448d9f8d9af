package sched

import (
	"context"
	"testing"
)

// Bytes make the choices of one execution: a byte only where there is a choice,
// modulo the number of what is possible; without bytes the last task goes on.
func TestSteer(t *testing.T) {
	for _, tt := range []struct {
		data []byte
		want string
	}{
		{nil, "a2b2"},
		{[]byte{1}, "b2a2"},
		{[]byte{4, 1, 2, 77}, "abab"}, // the last byte is not used
		{[]byte{0, 1, 0, 1}, "abab"},
		{[]byte{1, 0}, "ba2b"},
	} {
		var got string
		o := Options{Recheck: -1, Shrink: -1, After: func(r *Result) { got = r.Schedule().String() }}
		r, err := Steer(context.Background(), lostUpdate(2, 0), tt.data, o)
		if err != nil || got != tt.want || r.Executions != 1 {
			t.Errorf("%v: %s in %d executions, %v, want %s", tt.data, got, r.Executions, err, tt.want)
		}
	}
}
