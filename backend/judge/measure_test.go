package judge

import (
	"testing"

	"github.com/stretchr/testify/require"

	"errata/backend"
)

func TestTheSameNumberInAnotherMeasureIsNotTheSame(t *testing.T) {
	f := parseQuestion("How much does the dam of Larkstead give?")
	for _, v := range [][2]string{
		{"-5 °C", "5 °C"}, {"minus 5 °C", "5 °C"}, {"5 degrees below zero", "5 degrees Celsius"}, {"¥500", "$500"}, {"₹500", "$500"}, {"A$5 million", "$5 million"}, {"5 yen", "5 dollars"},
		{"500 Swiss francs", "500 euros"}, {"5 million Australian dollars", "5 million US dollars"}, {"5 hectares", "5 acres"}, {"10 MW", "10 kW"}, {"10 GW", "10 megawatts"}, {"10 GB", "10 MB"},
		{"3 GHz", "3 MHz"}, {"5 litres", "5 gallons"}, {"5 light-years", "5 km"}, {"5 nautical miles", "5 miles"}, {"100 square metres", "100 metres"}, {"5 tons", "5 kg"}, {"100 grams", "100 mg"},
		{"5 PM", "5 AM"}, {"12:30 p.m.", "12:30 a.m."}, {"fell 5%", "rose 5%"}, {"two dozen", "24"}, {"1.234.567", "1,234,567"}, {"1,5 million", "1.5 million"},
	} {
		rel, _ := compare(f, v[0], v[1])
		require.Equal(t, Unknown, rel, "%v", v)
		got := reading{chosen: chosen{window: "The dam gives " + v[1] + "."}, value: v[1], quote: "The dam gives " + v[1] + "."}
		rel, _ = relate(f, backend.Claim{Short: v[0], Sentence: "The dam of Larkstead gives " + v[0] + ".", By: "rule"}, true, "The dam of Larkstead gives "+v[0]+".", got)
		require.Equal(t, Unknown, rel, "%v", v)
	}
	w := parseQuestion("Who won the cup of Larkstead?")
	for _, v := range [][2]string{{"John Smith Jr.", "John Smith Sr."}, {"Republic of the Congo", "Democratic Republic of the Congo"}, {"People's Republic of China", "Republic of China"}} {
		rel, _ := compare(w, v[0], v[1])
		require.Equal(t, Unknown, rel, "%v", v)
	}
	for _, v := range [][2]string{
		{"US$5 million", "$5 million"}, {"5 liters", "5 litres"}, {"10 MW", "10 megawatts"}, {"10 MW", "10"}, {"-5 °C", "minus 5 °C"}, {"5 miles", "8 km"}, {"100 km²", "100 square kilometres"}, {"1,200", "1200"},
		{"$5 million", "5 million dollars"}, {"5 million U.S. dollars", "5 million US dollars"}, {"1 kg", "1000 grams"}, {"Covid-19", "COVID-19"}, {"40 sq mi", "40 square miles"},
	} {
		rel, _ := compare(f, v[0], v[1])
		require.Equal(t, Same, rel, "%v", v)
	}
}
