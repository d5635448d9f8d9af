package sched_test

import (
	"errors"
	"fmt"
	"hash/crc32"
	"strings"
	"testing"

	"lockheld/sched"
)

// FuzzParseToken: whatever text comes, the parser returns a token that is
// written as this very text, or an error that says that the text is damaged.
// Texts are tried as they are and with the checksum put right, without which no
// change would get past it.
func FuzzParseToken(f *testing.F) {
	for _, t := range tokenSeeds() {
		f.Add(t.String())
	}
	f.Fuzz(func(t *testing.T, text string) {
		parseBoth(t, text)
		if i := strings.LastIndexByte(text, ':'); i >= 0 {
			parseBoth(t, fmt.Sprintf("%s:%08x", text[:i], crc32.ChecksumIEEE([]byte(text[:i]))))
		}
	})
}

func tokenSeeds() []*sched.Token {
	return []*sched.Token{
		{},
		{Scenario: "heaplock/3", Model: 1, Trace: ^uint64(0)},
		{Scenario: "free-vs-scavenge", Variant: "go1.16", Geometry: "small", Properties: []string{"P-SEARCH", "a b,c:%"},
			Choices: sched.Schedule{{Task: 0, Value: -1}, {Task: 0, Value: -1}, {Task: 27, Value: -1}, {Task: 63, Value: 0}, {Task: 2, Value: 32767}}},
	}
}

func parseBoth(t *testing.T, text string) {
	tok, err := sched.ParseToken(text)
	switch {
	case err != nil && (!errors.Is(err, sched.ErrDamaged) || tok != nil || strings.Contains(err.Error(), "\n")):
		t.Errorf("%q: token %v, error %q", text, tok, err)
	case err == nil && tok.String() != text:
		t.Errorf("%q is read, and written as %q", text, tok)
	}
}

// A token has one form; the error names what is wrong with any other.
func TestTokenHasOneForm(t *testing.T) {
	good := "lh1:heaplock/3:::p,q:a2b=0:0000000000000001:00000000000000ff"
	sum := func(s string) string { return fmt.Sprintf("%s:%08x", s, crc32.ChecksumIEEE([]byte(s))) }
	if _, err := sched.ParseToken(sum(good)); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ old, new, says string }{
		{"lh1", "lh2", `begins with "lh2"`},
		{"lh1:", "", `begins with "heaplock/3"`},
		{":p,q", "", "8 fields, not 9"},
		{"heaplock/3", "heap lock", "not written as tokens are"},
		{"heaplock/3", "%68eaplock/3", "not written as tokens are"},
		{"heaplock/3", "heaplock%2", `field "heaplock%2"`},
		{"heaplock/3", "%zz", `field "%zz"`},
		{"p,q", "p,,q", "a property without name"},
		{"a2b=0", "aab=0", "not written as tokens are"},
		{"a2b=0", "a1b=0", "a run of 1 steps"},
		{"a2b=0", "a02b=0", `number "02"`},
		{"a2b=0", "a2b=", `number ""`},
		{"a2b=0", "a2b=40000", `number "40000"`},
		{"a2b=0", "a9999999b", "a run of 9999999 steps"},
		{"a2b=0", "a2!", `no task at "!"`},
		{"0000000000000001", "1", "not written as tokens are"},
		{"00000000000000ff", "00000000000000FF", "not written as tokens are"},
		{"00000000000000ff", "00000000000000fg", "digest"},
	} {
		bad := sum(strings.Replace(good, c.old, c.new, 1))
		tok, err := sched.ParseToken(bad)
		if !errors.Is(err, sched.ErrDamaged) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, %v; want an error that says %q", bad, tok, err, c.says)
		}
	}
}
