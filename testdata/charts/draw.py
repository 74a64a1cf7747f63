#!/usr/bin/env python3
"""Draw the test charts, their questions and the truth behind them.

    python3 draw.py            draw everything beside this file
    python3 draw.py ID ...     draw only these pictures (the two lists are left alone)
    python3 draw.py --check    read questions.jsonl, truth.json and the pictures back and verify them

Run with Python 3.11, matplotlib 3.11.2, Pillow 13.0.0 and numpy 2.4.6 from PyPI, and with Debian's
fonts-liberation; the DejaVu fonts are matplotlib's own.  All data are invented.  With these versions
the output is the same byte for byte on every run; other versions move pixels, not answers.

questions.jsonl: {"id","image","question","answer","type","chart"}; the answer is a string without
unit, per cent sign or thousands separator, or null when the picture does not hold it.
truth.json: for every picture what was plotted and where.  Pixel coordinates are those of the picture
before it was turned, origin at the top-left corner, x right, y down, boxes [x1,y1,x2,y2]; edges lie
within one pixel, because the renderer snaps.  `to_file` [a,b,c,d,e,f] maps such a point to the file:
X = a*x + b*y + c, Y = d*x + e*y + f.  `gold` says how each answer follows from the plotted data, and
--check computes every answer again from it.
"""
import json
import os
import random
import sys

from PIL import Image

from plots import (ALL, HERE, SANS, bars, comma, flow, gold, lines, number, percent, pie,
                   scatter, spaced, table)

# ---- bars with value labels ----
bars("bar-ferries", "statista", 800, 557, ["Harwick", "Port Linden", "Skarvøy", "Mellby", "Oosterdam", "Tarnholm",
     "Calder Bay", "Ravnes"], {"Passengers": [5421, 4870, 3312, 2958, 1745, 1190, 862, 430]}, flat=True, show=spaced,
     axis=spaced, top=6000, step=1000, x_label="Passengers in thousands", band=True) \
    .q("lookup", "How many thousand passengers used the port of Mellby?", "value", "Mellby") \
    .q("extreme", "Which port had the fewest passengers?", "argmin") \
    .q("difference", "What is the difference in passengers, in thousands, between Harwick and Port Linden?",
       "difference", "Harwick", "Port Linden") \
    .q("count", "How many ports handled more than 3 million passengers?", "count_above", 3000)

bars("bar-broadband", "statista", 800, 557, ["2011", "2012", "2013", "2014", "2015", "2016", "2017", "2018", "2019",
     "2020", "2021"], {"Households": [41.2, 44.8, 49.3, 52.7, 58.1, 61.6, 66.4, 70.2, 73.9, 79.5, 82.3]}, show=percent,
     axis=percent, top=100, step=20, rot=45, y_label="Share of households", band=True) \
    .q("lookup", "What percentage of households had broadband in 2016?", "value", "2016") \
    .q("lookup", "What share of households was connected in 2013?", "value", "2013") \
    .q("difference", "By how many percentage points did the share grow from 2011 to 2021?", "difference", "2011", "2021") \
    .q("text", "What is written along the vertical axis?", "text", "y_label")

bars("bar-banks", "statista", 640, 780, ["Nordhavn Savings and\nMortgage Bank (Denmark)", "Banco Altamira (Spain)",
     "Kestrel & Wain\nInvestment Group (UK)", "Crédit Morvan (France)", "First Prairie Trust\nCompany (Canada)",
     "Haldenbank AG\n(Switzerland)", "Banca Serravalle\nRiunita (Italy)", "Oberland Landesbank\n(Austria)",
     "Vistula Commercial\nBank (Poland)", "Lough Erne Building\nSociety (Ireland)", "Thessalia Bank (Greece)",
     "Tagus Mutual (Portugal)"], {"Assets": [412.6, 388.1, 301.75, 276.4, 243.09, 198.8, 187.2, 154.33, 121.6, 98.4,
     77.15, 64.9]}, flat=True, show=number, axis=number, top=500, step=100, band=True,
     x_label="Total assets in billion euros") \
    .q("lookup", "What were the total assets of First Prairie Trust Company, in billion euros?", "value",
       "First Prairie Trust Company (Canada)") \
    .q("lookup", "How many billion euros did Thessalia Bank hold in assets?", "value", "Thessalia Bank (Greece)") \
    .q("cannot", "How many employees does Haldenbank AG have?", "null") \
    .q("extreme", "Which bank has the largest total assets?", "argmax")

bars("bar-festival", "excel", 720, 432, ["Jazz", "Folk", "Rock", "Classical", "Electronic", "Hip-hop"],
     {"Tickets": [1240, 885, 2310, 640, 1975, 1530]}, show=comma, axis=comma, top=2500, step=500,
     title="Festival tickets sold by stage") \
    .q("lookup", "How many tickets were sold for the classical stage?", "value", "Classical") \
    .q("extreme", "Which stage sold the most tickets?", "argmax") \
    .q("text", "What is the title of the chart?", "text", "title") \
    .q("difference", "How many tickets did jazz and folk sell together?", "sum", "Jazz", "Folk")

bars("bar-worries", "pew", 420, 560, ["The cost of\nrenting a home", "Late or cancelled\ntrains",
     "Noise from road\ntraffic at night", "Too few places in\nlocal nurseries", "Litter in parks and\non pavements",
     "Closing of small\nshops nearby"], {"%": [71, 64, 52, 47, 39, 28]}, flat=True, show=number, hide_axis=True, top=80,
     title="Rents worry city dwellers more than anything else on their street",
     sub="% of adults in large towns who say each is a very big problem where they live",
     note="Note: Other answers are not shown.", source="Source: Survey conducted March 4-19, 2022.") \
    .q("lookup", "What share of adults say late or cancelled trains are a very big problem?", "value",
       "Late or cancelled trains") \
    .q("count", "How many problems are named in the chart?", "count_categories") \
    .q("text", "Who published this chart? The name stands at its foot.", "text", "publisher") \
    .q("cannot", "What percentage of adults worry about street crime?", "null")

bars("bar-yield", "owid", 850, 600, ["Netherlands", "Uruguay", "Morocco", "Laos", "Chad"],
     {"Yield": [8.41, 5.27, 2.63, 1.9, 0.74]}, flat=True, show=lambda v: number(v) + " t", axis=lambda v: number(v) + " t",
     top=9, step=1, colours="each", title="Barley yield, 2014", sub="Yields are measured in tonnes per hectare. "
     "Winter and spring barley are counted together.", source="Agronomy Yearbook (2016)") \
    .q("lookup", "What was the barley yield in Morocco, in tonnes per hectare?", "value", "Morocco") \
    .q("difference", "What is the gap between the barley yields of the Netherlands and Uruguay?", "difference",
       "Netherlands", "Uruguay") \
    .q("extreme", "Which country in the chart has the lowest yield?", "argmin")

bars("bar-rooms", "oecd", 720, 460, ["BEL", "DNK", "EST", "FIN", "IRL", "ITA", "LVA", "NOR", "POL", "SVN"],
     {"Rooms": [2.2, 1.9, 1.7, 1.9, 2.1, 1.4, 1.2, 2.1, 1.1, 1.5]}, show=number, axis=number, top=2.5, step=.5,
     title="Average number of rooms per person", sub="Owner-occupied and rented dwellings, 2019",
     source="Housing panel 2019, table 4") \
    .q("lookup", "How many rooms per person are there in Belgium (BEL)?", "value", "BEL") \
    .q("lookup", "What is the number of rooms a person for LVA?", "value", "LVA") \
    .q("extreme", "Which country has the fewest rooms per person?", "argmin") \
    .q("text", "Which source does the chart name?", "text", "source")

bars("bar-rainfall", "report", 760, 480, ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov",
     "Dec"], {"Rain": [82, 64, 71, 49, 38, 27, 19, 23, 45, 77, 91, 88]}, show=number, axis=number, top=100, step=20,
     title="Mean rainfall at Corran Lighthouse", x_label="Month", y_label="Rainfall (mm)") \
    .q("lookup", "How much rain falls in April on average, in millimetres?", "value", "Apr") \
    .q("extreme", "Which month is the driest?", "argmin") \
    .q("extreme", "What is the highest monthly rainfall in mm?", "max") \
    .q("count", "In how many months does it rain less than 40 mm?", "count_below", 40)

# ---- bars that must be read from the axis ----
bars("axis-libraries", "mpl", 640, 480, ["Ashby", "Borley", "Croft", "Denton", "Eaves", "Finley"],
     {"Loans": [34, 58, 46, 71, 25, 63]}, axis=number, top=80, step=10, title="Loans per library",
     y_label="Loans (thousands)", x_label="Branch") \
    .q("unlabelled", "About how many thousand loans did the Denton branch make?", "value", "Denton") \
    .q("unlabelled", "Estimate the loans of the Croft branch, in thousands.", "value", "Croft") \
    .q("extreme", "Which branch lends the most?", "argmax") \
    .q("text", "What is the label of the x axis?", "text", "x_label")

bars("axis-energy", "ggplot", 760, 500, ["Coal", "Gas", "Hydro", "Nuclear", "Solar", "Wind", "Biomass"],
     {"Output": [118, 204, 91, 156, 67, 173, 42]}, axis=number, top=220, step=20, title="Electricity generated by source",
     sub="Region Westmark, 2022", y_label="Terawatt-hours", x_label="Source of energy") \
    .q("unlabelled", "How many terawatt-hours did nuclear power generate, roughly?", "value", "Nuclear") \
    .q("unlabelled", "What is the approximate output of hydro power in TWh?", "value", "Hydro") \
    .q("count", "How many sources generated more than 100 terawatt-hours?", "count_above", 100) \
    .q("cannot", "How much electricity was imported?", "null")

bars("axis-heights", "weekly", 700, 520, ["Mount Arden", "Pic Solène", "Greyhorn", "Tolva Peak", "Old Margery",
     "Kestrel Fell"], {"Height": [3420, 2960, 2610, 1840, 1330, 910]}, flat=True, axis=comma, top=4000, step=500,
     title="Tall order", sub="Heights of the six summits of the Arden range, metres", source="Alpine survey office") \
    .q("unlabelled", "How high is the Greyhorn, in metres?", "value", "Greyhorn") \
    .q("unlabelled", "Roughly how many metres tall is Tolva Peak?", "value", "Tolva Peak") \
    .q("extreme", "Which summit is the lowest?", "argmin") \
    .q("count", "How many summits are lower than 2,000 metres?", "count_below", 2000)

bars("axis-balance", "excel", 700, 450, ["Q1 '19", "Q2 '19", "Q3 '19", "Q4 '19", "Q1 '20", "Q2 '20", "Q3 '20", "Q4 '20"],
     {"Profit": [24, 31, 18, -12, -35, -22, 9, 27]}, axis=number, top=40, bottom=-40, step=10,
     title="Quarterly profit or loss (million $)") \
    .q("unlabelled", "What was the result of Q1 '20 in million dollars?", "value", "Q1 '20") \
    .q("count", "In how many quarters was there a loss?", "count_below", 0) \
    .q("extreme", "Which quarter had the largest profit?", "argmax") \
    .q("unlabelled", "What profit, in million dollars, was made in Q4 '20?", "value", "Q4 '20")

bars("axis-wide", "statista", 800, 557, ["%02d" % y for y in range(95, 100)] + ["%02d" % y for y in range(0, 22)],
     {"Ships": [312, 334, 351, 347, 369, 388, 402, 421, 415, 437, 462, 489, 511, 498, 402, 431, 455, 470, 468, 490, 503,
                521, 537, 544, 552, 460, 508]}, axis=number, top=600, step=100, y_label="Number of ships", band=True,
     gap=.25) \
    .q("unlabelled", "About how many ships were there in 2020 (the bar marked 20)?", "value", "20") \
    .q("extreme", "Which bar, by its label, is the tallest?", "argmax") \
    .q("unlabelled", "How many ships were counted in the year marked 95?", "value", "95") \
    .q("count", "How many bars does the chart show?", "count_categories")

# ---- grouped and stacked bars ----
bars("group-pay", "statista", 800, 557, ["18 to 24", "25 to 34", "35 to 44", "45 to 54", "55 to 64", "65 and over"],
     {"Women": [10.4, 14.25, 16.9, 16.31, 15.02, 12.6], "Men": [10.85, 15.7, 19.44, 20.12, 18.3, 14.08]}, show=number,
     axis=number, top=25, step=5, y_label="Median hourly pay in euros", band=True) \
    .q("lookup", "What was the median hourly pay of women aged 35 to 44?", "value", "Women", "35 to 44") \
    .q("lookup", "How much did men of 45 to 54 earn per hour?", "value", "Men", "45 to 54") \
    .q("difference", "How much more did men than women earn at 55 to 64?", "difference", ["Men", "55 to 64"],
       ["Women", "55 to 64"]) \
    .q("extreme", "In which age group do women earn the most?", "argmax", "Women") \
    .q("text", "Which entries does the legend have?", "names")

bars("group-games", "statista", 820, 560, ["2006 Valmora", "2010 Stenby", "2014 Karakol", "2018 Ostrava"],
     {"Tickets": [142.5, 171, 128.4, 190.2], "Broadcasting": [388, 421.7, 455.9, 512.3], "Sponsors": [210.6, 247, 301.1,
      346.8], "Licences": [18.2, 24.9, 22, 31.5]}, show=number, axis=number, top=600, step=100, gap=.2,
     y_label="Revenue in million dollars", band=True) \
    .q("lookup", "What was the broadcasting revenue of the 2014 Karakol games?", "value", "Broadcasting", "2014 Karakol") \
    .q("difference", "What is the average sponsors' revenue of 2010 Stenby and 2014 Karakol?", "average",
       ["Sponsors", "2010 Stenby"], ["Sponsors", "2014 Karakol"]) \
    .q("count", "How many kinds of revenue does the legend list?", "count_series") \
    .q("extreme", "What is the smallest value for Licences?", "min", "Licences")

bars("group-crops", "excel", 760, 460, ["Wheat", "Maize", "Potatoes", "Beets"], {"2010": [62, 48, 81, 97], "2020":
     [74, 66, 72, 88]}, axis=number, top=100, step=10, title="Harvest in the Lower Marsh (thousand tonnes)") \
    .q("unlabelled", "How many thousand tonnes of maize were harvested in 2020?", "value", "2020", "Maize") \
    .q("unlabelled", "What was the potato harvest of 2010, in thousand tonnes?", "value", "2010", "Potatoes") \
    .q("extreme", "Which crop had the largest harvest in 2020?", "argmax", "2020") \
    .q("cannot", "What was the harvest of rye in 2010?", "null")

bars("group-trust", "pew", 520, 520, ["Local council", "National parliament", "Courts", "Police", "Newspapers",
     "Scientists"], {"2012": [48, 41, 57, 66, 38, 74], "2022": [52, 29, 55, 58, 31, 77]}, flat=True, show=number,
     hide_axis=True, top=90, gap=.25, legend="top", title="Parliament and newspapers lose trust, scientists do not",
     sub="% of adults who trust each a great deal or a fair amount",
     note="Note: Those who did not answer are left out.", source="Source: Surveys of 2012 and 2022.") \
    .q("lookup", "What percentage trusted the national parliament in 2022?", "value", "2022", "National parliament") \
    .q("lookup", "How many percent trusted newspapers in 2012?", "value", "2012", "Newspapers") \
    .q("difference", "By how many points did trust in the police fall from 2012 to 2022?", "difference",
       ["2012", "Police"], ["2022", "Police"]) \
    .q("extreme", "Who was trusted the least in 2012?", "argmin", "2012")

bars("stack-furniture", "statista", 800, 557, ["2015", "2016", "2017", "2018", "2019", "2020"],
     {"Chairs": [402.3, 418.6, 431, 457.2, 480.9, 395.4], "Desks": [355.7, 349.2, 362.8, 371, 388.1, 442.6],
      "Storage": [188.4, 176.9, 181.3, 190, 204.5, 167.7], "Lamps": [96.2, 101.8, 99.4, 112, 118.3, 126]}, mode="stack",
     show=number, axis=spaced, top=1400, step=200, y_label="Net sales in million dollars", band=True) \
    .q("lookup", "What were the net sales of desks in 2018, in million dollars?", "value", "Desks", "2018") \
    .q("lookup", "How much were storage sales in 2016?", "value", "Storage", "2016") \
    .q("difference", "What is the sum of all net sales in 2020?", "stack", "2020") \
    .q("extreme", "In which year were the sales of lamps the highest?", "argmax", "Lamps") \
    .q("text", "Name the entries of the legend in order.", "names")

bars("stack-sectors", "statista", 800, 557, ["'11", "'12", "'13", "'14", "'15", "'16", "'17", "'18", "'19", "'20", "'21"],
     {"Agriculture": [31.2, 30.47, 29.8, 29.15, 28.33, 27.9, 27.41, 26.66, 26.02, 25.7, 25.18],
      "Industry": [22.75, 22.93, 23.1, 23.44, 23.87, 24.05, 24.2, 24.51, 24.66, 24.2, 24.63],
      "Services": [46.05, 46.6, 47.1, 47.41, 47.8, 48.05, 48.39, 48.83, 49.32, 50.1, 50.19]}, mode="stack",
     show=lambda v: "%.2f%%" % v, axis=percent, top=100, step=25, gap=.08, y_label="Share of employment",
     size=8.4) \
    .q("lookup", "What share of employment did industry have in '15?", "value", "Industry", "'15") \
    .q("extreme", "In which year was the share of agriculture the lowest?", "argmin", "Agriculture") \
    .q("difference", "How many percentage points more did services have than agriculture in '20?", "difference",
       ["Services", "'20"], ["Agriculture", "'20"])

bars("stack-feelings", "pew", 480, 500, ["Rested", "Bored", "Cheerful", "Lonely", "Curious", "Proud"],
     {"Often": [44, 27, 38, 9, 31, 16], "Sometimes": [41, 46, 45, 30, 48, 52]}, flat=True, mode="stack", show=number,
     hide_axis=True, top=100, legend="top", title="Readers feel rested and cheerful, few feel lonely",
     sub="% of readers of printed books who feel ... while they read",
     note="Note: 'Never' is not shown.", source="Source: Survey of 2,150 readers, June 2021.") \
    .q("lookup", "What percentage of readers sometimes feel curious?", "value", "Sometimes", "Curious") \
    .q("difference", "How many percent feel bored often or sometimes?", "stack", "Bored") \
    .q("count", "For how many feelings is 'Often' above 30 percent?", "count_above", "Often", 30) \
    .q("extreme", "Which feeling is felt often by the fewest readers?", "argmin", "Often")

bars("stack-transport", "ggplot", 780, 480, ["Under 5 km", "5-10 km", "10-20 km", "Over 20 km"],
     {"On foot": [40, 10, 0, 0], "Bicycle": [30, 35, 15, 5], "Bus or tram": [20, 30, 40, 30],
      "Car": [10, 25, 45, 65]}, flat=True, mode="stack", axis=percent, top=100, step=10, legend="right",
     title="How people travel to work", x_label="Share of commuters", y_label="Length of the way") \
    .q("unlabelled", "What percentage of commuters under 5 km go on foot?", "value", "On foot", "Under 5 km") \
    .q("unlabelled", "What share goes by car on ways over 20 km?", "value", "Car", "Over 20 km") \
    .q("count", "How many means of transport does the legend show?", "count_series") \
    .q("text", "What is the label of the vertical axis?", "text", "y_label")

# ---- lines ----
lines("line-unemployment", "statista", 800, 557, list(range(1999, 2021)), {"Rate": [7.1, 6.4, 6.9, 7.5, 7.8, 7.2, 6.7,
      6.1, 5.8, 6.3, 8.4, 8.9, 8.6, 8.1, 7.9, 7.3, 6.8, 6.5, 6.2, 5.6, 5.2, 9.3]}, show=percent, axis=percent, bottom=4,
      top=10, step=1, rot=45, marker="o", y_label="Unemployment rate", band=True, size=8.6, lw=2.2) \
    .q("lookup", "What was the unemployment rate in 2004?", "value", "2004") \
    .q("lookup", "How high was unemployment in 2019?", "value", "2019") \
    .q("extreme", "In which year was the unemployment rate the highest?", "argmax") \
    .q("difference", "What is the difference between the rates of 2020 and 2019?", "difference", "2020", "2019")

lines("line-museum", "statista", 800, 557, ["2014/15", "2015/16", "2016/17", "2017/18", "2018/19", "2019/20", "2020/21",
      "2021/22"], {"Visitors": [1.84, 1.97, 2.2, 2.41, 2.38, 1.9, 0.63, 1.22]}, show=number, axis=number, top=3, step=.5,
      marker="o", y_label="Visitors in millions", band=True, lw=2.2) \
    .q("lookup", "How many million people visited in 2016/17?", "value", "2016/17") \
    .q("lookup", "What was the number of visitors, in millions, in the 2020/21 season?", "value", "2020/21") \
    .q("extreme", "What was the highest number of visitors, in millions?", "max") \
    .q("cannot", "How much did a ticket cost in 2018/19?", "null")

lines("line-internet", "owid", 850, 600, list(range(2000, 2021)), {
      "Iceland": [44.5, 49, 58, 68, 75, 79, 83, 87, 90, 91.5, 93, 94, 95, 96, 96.5, 97, 97.5, 98, 98.2, 98.6, 99],
      "Chile": [16, 19, 22, 25, 28, 31, 34.5, 36, 37, 41, 45, 52, 55, 58, 61, 65, 70, 74, 78, 82, 86],
      "Tunisia": [2.7, 4, 5, 6.5, 8.5, 9.7, 13, 17, 27.5, 34, 36.8, 39, 41.4, 43.8, 46, 47, 50, 55.5, 60, 66, 70],
      "Malawi": [.2, .3, .3, .4, .4, .5, .6, 1, 1.2, 1.6, 2.3, 3.3, 4.4, 5.1, 5.8, 6.6, 7.5, 8.2, 9, 9.7, 10.5]},
      axis=percent, top=100, step=20, every=5, ends=True, title="Share of the population using the Internet, 2000 to 2020",
      sub="Everyone who used the Internet from any place in the last three months is counted.",
      source="Telecommunication Handbook (2021)") \
    .q("unlabelled", "What share of the population of Iceland used the Internet in 2005?", "value", "Iceland", "2005") \
    .q("unlabelled", "About what percentage used the Internet in Tunisia in 2020?", "value", "Tunisia", "2020") \
    .q("extreme", "Which country had the lowest share throughout?", "series_min", "2020") \
    .q("count", "How many countries are compared?", "count_series") \
    .q("text", "What is the title of this chart?", "text", "title")

lines("line-fertility", "owid", 850, 600, list(range(1960, 2020, 4)), {
      "Rural": [6.8, 6.7, 6.5, 6.2, 5.8, 5.4, 5, 4.7, 4.3, 4, 3.7, 3.5, 3.3, 3.1, 3],
      "Towns": [5.6, 5.3, 5, 4.6, 4.1, 3.7, 3.4, 3.1, 2.9, 2.7, 2.6, 2.5, 2.4, 2.3, 2.25],
      "Capital": [4.4, 4.1, 3.7, 3.3, 2.9, 2.6, 2.4, 2.2, 2, 1.9, 1.8, 1.7, 1.65, 1.6, 1.5]}, axis=number, top=7, step=1,
      every=2, ends=True, title="Children per woman by place of living, Arvania", sub="Total fertility rate, "
      "measured every four years.", source="Census bureau of Arvania") \
    .q("unlabelled", "How many children per woman were there in the capital in 1960?", "value", "Capital", "1960") \
    .q("unlabelled", "What was the rural fertility rate in 1984?", "value", "Rural", "1984") \
    .q("text", "Which place of living does the topmost line stand for?", "text",
       "line_ends", 0)

lines("line-temperature", "mpl", 640, 480, list(range(0, 25, 2)), {"Indoor": [19, 18.5, 18, 18, 19, 20.5, 22, 23, 23.5, 23,
      22, 21, 20], "Outdoor": [8, 7, 6, 6.5, 9, 12, 15, 17, 16.5, 14, 12, 10, 9]}, axis=number, top=25, step=5,
      title="Temperature over a day", x_label="Hour of the day", y_label="Temperature (°C)", legend="right", marker="s") \
    .q("unlabelled", "What was the outdoor temperature at hour 14?", "value", "Outdoor", "14") \
    .q("text", "What is the y axis label?", "text", "y_label") \
    .q("extreme", "At which hour was it warmest indoors?", "argmax", "Indoor") \
    .q("count", "How many lines are drawn?", "count_series")

lines("line-prices", "weekly", 700, 500, list(range(2010, 2023)), {"Coffee": [100, 118, 109, 96, 121, 112, 106, 108, 98,
      95, 104, 139, 171], "Cocoa": [100, 103, 84, 86, 108, 111, 102, 74, 81, 83, 85, 87, 86]}, axis=number, top=180,
      bottom=60, step=20, every=2, ends=True, title="Bitter beans", sub="Import prices, 2010 = 100",
      source="Harbour exchange", lw=2.4) \
    .q("unlabelled", "What was the price index of coffee in 2022?", "value", "Coffee", "2022") \
    .q("extreme", "In which year was cocoa the cheapest?", "argmin", "Cocoa") \
    .q("cannot", "What was the index of tea in 2015?", "null")

lines("line-two", "statista", 800, 557, ["2012", "2013", "2014", "2015", "2016", "2017", "2018", "2019", "2020"],
      {"Hardware": [54.2, 57.8, 61.3, 60.1, 63.9, 68.4, 72, 75.5, 78.3], "Software": [21.7, 24.6, 28.2, 33.5, 38.1, 42.9,
       47, 53.6, 59.4]}, show=number, axis=number, top=90, step=15, marker="o", below=("Software",), lw=2.2,
      y_label="Revenue in million pounds", band=True) \
    .q("lookup", "What was the software revenue in 2017 in million pounds?", "value", "Software", "2017") \
    .q("lookup", "How much hardware revenue was there in 2014?", "value", "Hardware", "2014") \
    .q("difference", "What was the gap between hardware and software in 2012?", "difference", ["Hardware", "2012"],
       ["Software", "2012"]) \
    .q("difference", "Add the hardware and the software revenue of 2020.", "sum", ["Hardware", "2020"],
       ["Software", "2020"])

lines("line-area", "excel", 720, 440, ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"], {"Visits": [320, 280, 305, 350,
      410, 620, 540]}, axis=number, top=700, step=100, fill=True, title="Visits to the swimming pool in one week") \
    .q("unlabelled", "How many visits were there on Saturday?", "value", "Sat") \
    .q("extreme", "On which day did the fewest people come?", "argmin") \
    .q("count", "On how many days were there more than 400 visits?", "count_above", 400)

rng = random.Random(5)
walk = [60.0]
for _ in range(47):
    walk.append(round(walk[-1] + rng.uniform(-4, 4.6), 1))
lines("line-monthly", "report", 980, 460, ["%s %02d" % (m, y) for y in (18, 19, 20, 21) for m in
      ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")], {"Index": walk},
      axis=number, bottom=40, top=120, step=10, rot=90, every=3, title="Index of building costs, monthly",
      y_label="Index (2015 = 100)", note="Note: Not adjusted for the season.", marker=".") \
    .q("unlabelled", "What was the index in Jan 18?", "value", "Jan 18") \
    .q("text", "What does the note under the chart say?", "text", "note") \
    .q("cannot", "What was the index in January 2016?", "null")

# ---- pies and donuts ----
pie("pie-continents", "statista", 800, 557, {"Europe": 38, "North America": 26, "Asia": 22, "South America": 8,
    "Africa and Oceania": 6}) \
    .q("lookup", "What share does Asia have?", "value", "Asia") \
    .q("extreme", "Which region has the largest slice?", "argmax") \
    .q("difference", "How many percent do South America and Africa and Oceania have together?", "sum", "South America",
       "Africa and Oceania") \
    .q("count", "Into how many slices is the pie divided?", "count_categories")

pie("pie-budget", "excel", 640, 480, {"Wages": 45, "Rent": 22, "Materials": 18, "Energy": 9, "Insurance": 6},
    where="in", legend="right", title="Yearly costs of the workshop") \
    .q("lookup", "What percentage of the costs is rent?", "value", "Rent") \
    .q("text", "What is the heading of the pie chart?", "text", "title") \
    .q("extreme", "What is the smallest cost?", "argmin") \
    .q("cannot", "How much money, in euros, is spent on wages?", "null")

pie("donut-heating", "statista", 760, 540, {"Gas": 41.3, "District heating": 24.6, "Heat pump": 17.4, "Oil": 11.2,
    "Wood": 5.5}, hole=.58) \
    .q("lookup", "What percentage of homes is heated by heat pumps?", "value", "Heat pump") \
    .q("difference", "What is the difference between gas and oil, in percentage points?", "difference", "Gas", "Oil") \
    .q("extreme", "Which kind of heating is used least?", "argmin")

pie("donut-fleet", "report", 560, 460, {"Vans": 64, "Lorries": 38, "Cars": 27, "Bicycles": 15}, hole=.5, where="in",
    show=number, legend="bottom", title="Vehicles of the city post", middle="144\nvehicles") \
    .q("lookup", "How many lorries does the city post have?", "value", "Lorries") \
    .q("difference", "How many more vans than cars are there?", "difference", "Vans", "Cars") \
    .q("count", "How many kinds of vehicle are shown?", "count_categories") \
    .q("cannot", "How many of the vans are electric?", "null")

pie("pie-answers", "mpl", 600, 480, {"Yes": 52, "No": 31, "Undecided": 17}, title="Should the bridge be closed to cars?") \
    .q("lookup", "What percentage answered No?", "value", "No") \
    .q("text", "What question is asked in the title?", "text", "title") \
    .q("difference", "By how many percentage points does Yes exceed No?", "difference", "Yes", "No")

# ---- tables ----
table("table-rail", "report", 720, 272, ["Line", "Length (km)", "Stations", "Opened", "Passengers"], {
      "Coast Line": [184, 27, 1871, "4,120,300"], "Valley Line": [96, 19, 1888, "2,846,750"], "Summit Line":
      [41, 11, 1902, "655,200"], "Harbour Loop": [23, 14, 1934, "7,310,900"], "Airport Express": [38, 4, 1997,
      "5,004,600"], "Forest Line": [72, 16, 1879, "914,080"]}, title="Railway lines of the region") \
    .q("lookup", "How many stations does the Valley Line have?", "value", "Stations", "Valley Line") \
    .q("lookup", "In which year was the Summit Line opened?", "value", "Opened", "Summit Line") \
    .q("extreme", "Which line is the longest?", "argmax", "Length (km)") \
    .q("difference", "How many kilometres longer is the Coast Line than the Valley Line?", "difference",
       ["Length (km)", "Coast Line"], ["Length (km)", "Valley Line"]) \
    .q("cannot", "What does a ticket for the Harbour Loop cost?", "null")

table("table-nutrition", "excel", 640, 258, ["Per 100 g", "Energy (kcal)", "Fat (g)", "Sugar (g)", "Protein (g)"], {
      "Oat flakes": ["372", "7.0", "0.7", "13.5"], "Rye bread": ["217", "1.0", "3.2", "6.8"], "Lentils, dried": ["309",
      "1.5", "1.1", "24.3"], "Almonds": ["611", "53.2", "4.4", "21.1"], "Cottage cheese": ["102", "4.3", "2.9", "12.3"],
      "Dried figs": ["263", "1.3", "54.8", "3.9"]}, look="zebra", title="What is in our food") \
    .q("lookup", "How much sugar is in 100 g of dried figs?", "value", "Sugar (g)", "Dried figs") \
    .q("lookup", "What is the energy of almonds in kcal?", "value", "Energy (kcal)", "Almonds") \
    .q("extreme", "Which food has the most protein?", "argmax", "Protein (g)") \
    .q("count", "How many foods have more than 300 kcal?", "count_above", "Energy (kcal)", 300)

table("table-timetable", "mpl", 560, 258, ["Stop", "Bus 12", "Bus 14", "Bus 31"], {"Market Square": ["07:05", "07:20",
      "07:42"], "Town Hall": ["07:09", "07:24", "07:46"], "Hospital": ["07:17", "07:33", "07:53"], "Mill Lane": ["07:22",
      "07:39", "07:58"], "University": ["07:31", "07:50", "08:07"], "Lake Side": ["07:40", "08:01", "08:15"]},
      look="grid", title="Weekday mornings") \
    .q("lookup", "When does bus 14 stop at the Hospital?", "value", "Bus 14", "Hospital") \
    .q("lookup", "At what time is bus 31 at Lake Side?", "value", "Bus 31", "Lake Side") \
    .q("count", "How many stops does the timetable list?", "count_categories") \
    .q("cannot", "When does bus 12 leave Market Square on Sundays?", "null")

rng = random.Random(11)
table("table-dense", "oecd", 1000, 740, ["District", "Area", "2016", "2017", "2018", "2019", "2020", "2021", "Change"], {
      n: ["%.1f" % rng.uniform(8, 140)] + [comma(v) for v in (lambda b: [int(b * (1 + .012 * i + rng.uniform(-.02, .02)))
          for i in range(6)])(rng.randint(4200, 98000))] + ["%+.1f" % rng.uniform(-4, 9)] for n in
      ("Aldermoor", "Bexcombe", "Cranleigh", "Dunmere", "Eastwick", "Farholt", "Gransden", "Hollin", "Inverby", "Jesmond",
       "Kingsholt", "Lowther", "Marston", "Netherby", "Oakhanger", "Penrith", "Quarley", "Rothbury", "Selworth",
       "Thornaby", "Ullswick", "Verwood", "Wexcombe", "Yarnton")}, look="dark", size=10, font=SANS,
      title="Population by district", sub="Area in square kilometres; change in percent, 2016 to 2021",
      source="Register of inhabitants, 31 December") \
    .q("lookup", "What was the population of Marston in 2019?", "value", "2019", "Marston") \
    .q("lookup", "What is the area of Thornaby in square kilometres?", "value", "Area", "Thornaby") \
    .q("lookup", "How many people lived in Gransden in 2021?", "value", "2021", "Gransden") \
    .q("extreme", "Which district had the largest population in 2020?", "argmax", "2020") \
    .q("count", "How many districts are listed?", "count_categories")

# ---- flow charts ----
flow("flow-parcel", "mpl", 620, 760, {
     "a": ("round", "Parcel arrives", 240, 50, 150, 44), "b": ("rect", "Scan the label", 240, 140, 150, 48),
     "c": ("diamond", "Label\nreadable?", 240, 260, 170, 110), "d": ("rect", "Enter the address\nby hand", 480, 260, 170, 56),
     "e": ("rect", "Weigh the parcel", 240, 385, 150, 48), "f": ("diamond", "Over 20 kg?", 240, 510, 180, 110),
     "g": ("rect", "Send to the\nfreight hall", 480, 510, 150, 56), "h": ("round", "Load onto the van", 240, 690, 170, 44)},
     [("a", "b", "", "bt"), ("b", "c", "", "bt"), ("c", "d", "no", "rl"), ("c", "e", "yes", "bt"), ("d", "e", "", "br"),
      ("e", "f", "", "bt"), ("f", "g", "yes", "rl"), ("f", "h", "no", "bt")]) \
    .q("text", "What happens when the label is not readable?", "node_after", "Label readable?", "no") \
    .q("text", "Where is a parcel sent when it weighs over 20 kg?", "node_after", "Over 20 kg?", "yes") \
    .q("count", "How many decisions (diamonds) are in the flow chart?", "count_shape", "diamond") \
    .q("cannot", "How long does it take to weigh a parcel?", "null")

flow("flow-login", "mpl", 900, 420, {
     "a": ("rect", "Open login page", 95, 110, 140, 50), "b": ("rect", "Type password", 285, 110, 140, 50),
     "c": ("diamond", "Correct?", 480, 110, 140, 90), "d": ("rect", "Show dashboard", 790, 110, 150, 50),
     "e": ("rect", "Count the failure", 480, 250, 150, 50), "f": ("diamond", "Fewer\nthan 5?", 285, 250, 140, 100),
     "g": ("rect", "Lock the account", 480, 365, 150, 50)},
     [("a", "b", "", "rl"), ("b", "c", "", "rl"), ("c", "d", "yes", "rl"), ("c", "e", "no", "bt"), ("e", "f", "", "lr"),
      ("f", "b", "yes", "tb"), ("f", "g", "no", ["bl", (285, 365)])], look="mermaid", font=SANS) \
    .q("text", "What is shown after the correct password?", "node_after", "Correct?", "yes") \
    .q("text", "What happens when there are not fewer than 5 failures?", "node_after", "Fewer than 5?", "no") \
    .q("text", "Which word stands on the arrow from 'Correct?' to 'Count the failure'?", "edge_label", "Correct?",
       "Count the failure")

flow("flow-bread", "excel", 560, 700, {
     "a": ("round", "Start", 190, 60, 120, 42), "b": ("slant", "Flour, water, salt", 190, 145, 160, 46),
     "c": ("rect", "Knead for 12 minutes", 190, 235, 170, 46), "d": ("rect", "Rest for 50 minutes", 190, 325, 170, 46),
     "e": ("diamond", "Doubled\nin size?", 190, 440, 160, 110), "f": ("rect", "Wait 15 minutes", 430, 440, 150, 46),
     "g": ("rect", "Bake at 230 °C", 190, 555, 170, 46), "h": ("round", "Cool and eat", 190, 645, 140, 42)},
     [("a", "b", "", "bt"), ("b", "c", "", "bt"), ("c", "d", "", "bt"), ("d", "e", "", "bt"), ("e", "f", "No", "rl"),
      ("f", "d", "", "tr"), ("e", "g", "Yes", "bt"), ("g", "h", "", "bt")], look="office") \
    .q("text", "What should you do if the dough has not doubled in size?", "node_after", "Doubled in size?", "No") \
    .q("text", "Which step comes right after kneading?", "node_after", "Knead for 12 minutes") \
    .q("count", "How many rounded start or end boxes are there?", "count_shape", "round")

flow("flow-water", "report", 820, 520, {
     "a": ("rect", "River intake", 110, 90, 140, 50), "b": ("rect", "Well field", 110, 210, 140, 50),
     "c": ("rect", "Mixing basin", 320, 150, 140, 50), "d": ("rect", "Sand filter", 520, 150, 130, 50),
     "e": ("diamond", "Turbidity\nbelow 0.2?", 520, 300, 180, 120), "f": ("rect", "UV treatment", 710, 300, 130, 50),
     "g": ("rect", "Second filter", 290, 300, 140, 50), "h": ("rect", "Storage tank", 710, 440, 130, 50),
     "i": ("round", "Town network", 430, 440, 150, 46)},
     [("a", "c", "", "rl"), ("b", "c", "", "rl"), ("c", "d", "", "rl"), ("d", "e", "", "bt"), ("e", "f", "yes", "rl"),
      ("e", "g", "no", "lr"), ("g", "i", "overflow", "bl"), ("f", "h", "", "bt"), ("h", "i", "", "lr")], look="blue", font=SANS) \
    .q("text", "Where does the water go when the turbidity is not below 0.2?", "node_after", "Turbidity below 0.2?", "no") \
    .q("count", "How many arrows lead into the mixing basin?", "count_into", "Mixing basin") \
    .q("text", "What follows the UV treatment?", "node_after", "UV treatment")

flow("flow-faint", "mpl", 560, 420, {
     "a": ("rect", "Read the meter", 130, 60, 150, 46), "b": ("rect", "Compare with last year", 130, 160, 180, 46),
     "c": ("diamond", "Higher\nby 10 %?", 130, 275, 160, 100), "d": ("rect", "Look for a leak", 400, 275, 150, 46),
     "e": ("round", "File the form", 130, 385, 140, 40)},
     [("a", "b", "", "bt"), ("b", "c", "", "bt"), ("c", "d", "yes", "rl"), ("c", "e", "no", "bt"), ("d", "e", "", "br")],
     faint=.3, look="warm") \
    .q("text", "What is to be done when the meter is higher by 10 %?", "node_after", "Higher by 10 %?", "yes") \
    .q("text", "Which box follows 'Read the meter'?", "node_after", "Read the meter")

# ---- scatter ----
scatter("scatter-houses", "ggplot", 720, 520, [42, 55, 68, 81, 97, 110, 124], [118, 149, 171, 226, 240, 301, 322],
        names=["Flat A", "Flat B", "Flat C", "House D", "House E", "House F", "House G"], xs=list(range(30, 151, 20)),
        ys=list(range(100, 351, 50)), title="Price and floor area", x_label="Floor area (square metres)",
        y_label="Price (thousand €)") \
    .q("unlabelled", "What is the price of House F, in thousand euros?", "value", "y", "House F") \
    .q("unlabelled", "What is the floor area of House D in square metres?", "value", "x", "House D") \
    .q("count", "How many homes are plotted?", "count_categories") \
    .q("text", "What is on the x axis?", "text", "x_label")

# ---- turned, slanted, faint, dense, compressed, small, large ----
bars("turn90-salaries", "statista", 800, 557, ["Nurse", "Baker", "Pilot", "Teacher", "Plumber", "Architect", "Gardener"],
     {"Salary": [38.4, 29.7, 91.2, 47.5, 41.8, 62.3, 28.1]}, show=number, axis=number, top=100, step=20, turn=90,
     y_label="Yearly salary in thousand francs", band=True) \
    .q("lookup", "What is the yearly salary of a plumber, in thousand francs?", "value", "Plumber") \
    .q("extreme", "Which profession earns the least?", "argmin") \
    .q("text", "What does the axis title of the values say?", "text", "y_label")

bars("turn180-honey", "excel", 700, 440, ["Lime", "Heather", "Clover", "Acacia", "Forest"], {"Honey": [340, 215, 480, 165,
     395]}, show=number, axis=number, top=500, step=100, turn=180, title="Honey harvested (kg)") \
    .q("lookup", "How many kilograms of heather honey were harvested?", "value", "Heather") \
    .q("difference", "What is the total of lime and acacia honey in kg?", "sum", "Lime", "Acacia") \
    .q("extreme", "Of which honey was most harvested?", "argmax")

bars("turn7-bridges", "statista", 860, 600, ["Steel arch", "Suspension", "Cable-stayed", "Stone arch", "Timber truss",
     "Concrete beam"], {"Bridges": [126, 58, 83, 241, 37, 512]}, flat=True, show=number, axis=number, top=600, step=100,
     turn=7, size=11, x_label="Number of bridges") \
    .q("lookup", "How many cable-stayed bridges are there?", "value", "Cable-stayed") \
    .q("lookup", "What is the number of timber truss bridges?", "value", "Timber truss") \
    .q("count", "How many kinds of bridge number more than 100?", "count_above", 100)

lines("turn270-river", "report", 720, 480, ["May", "Jun", "Jul", "Aug", "Sep", "Oct"], {"Level": [312, 284, 251, 236, 268,
      297]}, show=number, axis=number, bottom=200, top=340, step=20, turn=270, marker="o", title="River level at the old mill",
      y_label="Level (cm)") \
    .q("lookup", "What was the river level in July, in centimetres?", "value", "Jul") \
    .q("extreme", "In which month was the level lowest?", "argmin")

table("turn3-inventory", "mpl", 640, 274, ["Item", "Shelf", "Stock", "Ordered"], {"Copper wire": ["B4", 118, 40],
      "Hinges": ["A2", 360, 0], "Wood screws": ["A7", 2450, 500], "Door handles": ["C1", 74, 25], "Paint rollers":
      ["D3", 52, 60], "Masking tape": ["D5", 191, 120]}, look="grid", turn=-3, jpeg=78, title="Inventory of the store room",
      size=12, font=SANS) \
    .q("lookup", "On which shelf are the door handles?", "value", "Shelf", "Door handles") \
    .q("lookup", "How many wood screws are in stock?", "value", "Stock", "Wood screws") \
    .q("extreme", "Which item has the smallest stock?", "argmin", "Stock")

bars("slant-cities", "statista", 800, 600, ["Llanfair-on-Sea", "Great Yewbridge", "Montclair-les-Bains",
     "Sankt Aldegund", "Puerto Hermoso", "Castelnuovo Alto", "Upper Withering", "Nieuw-Vossemeer", "Trzebnica Górna",
     "Hradec u Lesa"], {"Inhabitants": [48.2, 35.9, 61.4, 27.3, 90.8, 19.6, 12.4, 22.7, 31.1, 16.5]}, show=number,
     axis=number, top=100, step=20, rot=45, y_label="Inhabitants in thousands", band=True) \
    .q("lookup", "How many thousand people live in Sankt Aldegund?", "value", "Sankt Aldegund") \
    .q("lookup", "What is the population of Nieuw-Vossemeer in thousands?", "value", "Nieuw-Vossemeer") \
    .q("extreme", "Which town has the most inhabitants?", "argmax")

bars("faint-tea", "excel", 700, 440, ["Assam", "Darjeeling", "Ceylon", "Sencha", "Oolong", "Rooibos"], {"Cups": [212, 164,
     187, 96, 58, 141]}, show=number, axis=number, top=250, step=50, faint=.16, title="Cups of tea served last week") \
    .q("lookup", "How many cups of Sencha were served?", "value", "Sencha") \
    .q("lookup", "What number is printed above the Ceylon bar?", "value", "Ceylon") \
    .q("text", "Read the title of the chart.", "text", "title")

lines("faint-tides", "report", 720, 460, list(range(6, 19)), {"Tide": [1.2, 1.9, 2.8, 3.6, 4.1, 4.3, 4.0, 3.3, 2.4, 1.6, 1.1,
      0.9, 1.3]}, show=number, axis=number, top=5, step=1, marker="o", faint=.2, tint=1, title="Height of the tide, 14 August",
      x_label="Hour", y_label="Metres") \
    .q("lookup", "How high was the tide at 9 o'clock, in metres?", "value", "9") \
    .q("extreme", "At which hour was the tide highest?", "argmax") \
    .q("text", "What does the horizontal axis show?", "text", "x_label")

bars("dense-regions", "statista", 900, 620, ["R%02d" % i for i in range(1, 41)], {"Index": [round(40 + 37 * abs(((i * 7919)
     % 97) / 97 - .3), 1) for i in range(1, 41)]}, show=number, axis=number, top=80, step=20, size=7.6, gap=.3,
     y_label="Index of mobility", rot=90, colours=["#8db9ee"]) \
    .q("lookup", "What is the value of region R17?", "value", "R17") \
    .q("lookup", "Which number stands above R33?", "value", "R33") \
    .q("lookup", "What is the index of mobility in R05?", "value", "R05") \
    .q("count", "How many regions are on the axis?", "count_categories")

lines("dense-lines", "statista", 860, 560, [str(y) for y in range(2001, 2021)], {
      "Cement": [round(62 + 1.9 * i + (i * 13 % 7) * .6, 1) for i in range(20)],
      "Bricks": [round(41 + .8 * i + (i * 5 % 9) * .4, 1) for i in range(20)],
      "Tiles": [round(12 + .55 * i + (i * 11 % 6) * .5, 1) for i in range(20)]}, show=number, axis=number, top=120, step=20,
      size=7.6, marker=".", rot=45, y_label="Output in thousand tonnes", lw=1.4) \
    .q("lookup", "What was the output of bricks in 2011, in thousand tonnes?", "value", "Bricks", "2011") \
    .q("lookup", "How many thousand tonnes of tiles were made in 2006?", "value", "Tiles", "2006") \
    .q("difference", "How much did cement output differ between 2001 and 2020?", "difference", ["Cement", "2001"],
       ["Cement", "2020"])

bars("jpeg-donations", "weekly", 720, 500, ["Animal shelter", "Food bank", "Sea rescue", "Youth orchestra", "Hospice",
     "Botanical garden"], {"Donations": [182, 341, 276, 94, 228, 57]}, flat=True, show=number, axis=number, top=400, step=100,
     jpeg=62, title="Where the coins go", sub="Donations by cause, thousand crowns", source="Charity register") \
    .q("lookup", "How many thousand crowns did the food bank receive?", "value", "Food bank") \
    .q("extreme", "Which cause got the smallest sum?", "argmin") \
    .q("difference", "How much more did sea rescue get than the hospice?", "difference", "Sea rescue", "Hospice")

pie("jpeg-languages", "excel", 640, 460, {"French": 34, "German": 29, "Italian": 18, "Romansh": 7, "English": 12},
    jpeg=68, title="Languages spoken at home (%)") \
    .q("lookup", "What percentage speak Italian at home?", "value", "Italian") \
    .q("count", "How many languages are there in the chart?", "count_categories") \
    .q("difference", "What share do French and German have together?", "sum", "French", "German")

lines("jpeg-yields", "mpl", 700, 500, list(range(1, 11)), {"Method A": [12, 18, 25, 31, 36, 40, 43, 45, 46.5, 47], "Method B":
      [8, 17, 28, 38, 46, 52, 57, 60, 62, 63], "Control": [9, 10, 11, 11.5, 12, 12.5, 12.5, 13, 13, 13]}, axis=number, top=70,
      step=10, jpeg=74, marker="o", title="Yield after n weeks", x_label="Weeks", y_label="Yield (g)", legend="right",
      dash=("Control",)) \
    .q("unlabelled", "What is the yield of method B after 6 weeks, in grams?", "value", "Method B", "6") \
    .q("text", "List the names in the legend.", "names") \
    .q("extreme", "Which series has the largest yield at week 10?", "series_max", "10") \
    .q("cannot", "What is the yield of method A after 15 weeks?", "null")

bars("jpeg-crowd", "statista", 800, 557, ["Sect. A", "Sect. B", "Sect. C", "Sect. D", "Sect. E", "Sect. F", "Sect. G",
     "Sect. H"], {"Home": [1820, 2210, 1975, 1408, 960, 1144, 1731, 2066], "Away": [312, 188, 240, 905, 1367, 1180, 455,
     270]}, mode="stack", show=comma, axis=comma, top=3000, step=500, jpeg=70, y_label="Spectators", band=True, legend="bottom") \
    .q("lookup", "How many away spectators sat in Sect. E?", "value", "Away", "Sect. E") \
    .q("difference", "How many spectators were there in Sect. D in all?", "stack", "Sect. D") \
    .q("count", "In how many sections were there more than 1,000 away spectators?", "count_above", "Away", 1000)

bars("small-pets", "excel", 400, 260, ["Dogs", "Cats", "Birds", "Fish"], {"Pets": [46, 61, 17, 33]}, show=number, axis=number,
     top=70, step=10, size=9, title="Pets in our street") \
    .q("lookup", "How many cats are there in the street?", "value", "Cats") \
    .q("difference", "How many birds and fish are there together?", "sum", "Birds", "Fish")

lines("small-bakery", "mpl", 420, 300, ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat"], {"Loaves": [120, 135, 128, 150, 190, 240]},
      axis=number, top=250, step=50, size=9, title="Loaves sold", marker="o") \
    .q("unlabelled", "How many loaves were sold on Thursday?", "value", "Thu") \
    .q("extreme", "On which day were the most loaves sold?", "argmax")

pie("small-votes", "report", 400, 320, {"Blue list": 44, "Green list": 33, "Independents": 23}, where="in", legend="bottom",
    size=10, title="Seats in the village council") \
    .q("lookup", "What percentage of the seats does the Green list hold?", "value", "Green list") \
    .q("cannot", "Who is the mayor of the village?", "null")

rng = random.Random(23)
towns = ("Abbot's Ash", "Barrow Green", "Castle Moor", "Dunford", "East Lynn", "Fenwick", "Great Holt", "Hazel Dene",
         "Ivy Bridge", "Kirk Hollow", "Long Barrow", "Mill End", "Norton Vale", "Oxen Hill", "Priors Lea", "Queens Camel",
         "Ripley", "Stowe Park", "Tarrant", "Upton Grey", "Vale Cross", "Wickham", "Yew Tree", "Zeal Abbey")
bars("poster-libraries", "statista", 2400, 1500, list(towns), {k: [rng.randint(120, 980) for _ in towns] for k in
     ("Adults", "Pupils", "Seniors")}, show=number, axis=comma, top=1000, step=100, rot=45, size=12, gap=.1,
     y_label="Readers registered", title="Readers registered at the branch libraries, by age group", band=True) \
    .q("lookup", "How many pupils are registered at Mill End?", "value", "Pupils", "Mill End") \
    .q("lookup", "What is the number of seniors registered at Wickham?", "value", "Seniors", "Wickham") \
    .q("lookup", "How many adults does the branch Great Holt have?", "value", "Adults", "Great Holt") \
    .q("count", "How many branch libraries are shown?", "count_categories")

rng = random.Random(31)
table("poster-results", "oecd", 3000, 1780, ["School"] + ["Task %d" % i for i in range(1, 16)] + ["Total"], {
      "%s %s School" % (a, b): (lambda v: v + [sum(v)])([rng.randint(0, 20) for _ in range(15)]) for a, b in
      [(x, y) for x in ("North", "South", "East", "West") for y in ("Bank", "Field", "Gate", "Hill", "Mill", "Park", "Road",
       "Wood")]}, look="dark", size=19, font=SANS, widths=[2.6] + [1] * 16, title="Results of the mathematics relay",
      sub="Points by school and task, twenty at most for each task", source="Jury minutes") \
    .q("lookup", "How many points did West Mill School get for task 9?", "value", "Task 9", "West Mill School") \
    .q("lookup", "What is the total of East Road School?", "value", "Total", "East Road School") \
    .q("extreme", "Which school has the highest total?", "argmax", "Total")

bars("poster-small-print", "owid", 1800, 1300, ["Hafnarey", "Costa Verdana", "New Arden", "Sulmark", "Tirana Islands",
     "Beyra", "Ostland", "Meridia", "Kalvaria", "Port Sorrow", "Lesser Antora", "Quillon", "Zemblana", "Umbria Nova",
     "Dalriata", "Fensmark"], {"Forest": [73.4, 68.1, 64.9, 60.2, 57.7, 51.3, 48.8, 44.6, 39.2, 35.1, 31.9, 27.4, 22.8, 16.3,
     9.7, 4.2]}, flat=True, show=percent, axis=percent, top=80, step=10, size=12, colours="each",
     title="Forest area as a share of land, 2018", sub="Plantations are counted, orchards are not.",
     source="Forest Resources Assessment (2020)") \
    .q("lookup", "What share of Quillon's land is forest?", "value", "Quillon") \
    .q("lookup", "What percentage of the land of Ostland is covered by forest?", "value", "Ostland") \
    .q("difference", "What is the difference between Hafnarey and Fensmark in percentage points?", "difference", "Hafnarey",
       "Fensmark") \
    .q("cannot", "How many hectares of forest does Meridia have?", "null")

TYPES = ("lookup", "text", "extreme", "count", "difference", "unlabelled", "cannot")


def write_lists():
    with open(os.path.join(HERE, "truth.json"), "w", encoding="utf-8") as f:
        f.write("{\n")
        for i, c in enumerate(ALL):
            c.t["gold"] = {"%s-%d" % (c.name, j): q[2] for j, q in enumerate(c.questions)}
            f.write("%s: %s%s\n" % (json.dumps(c.name), json.dumps(c.t, ensure_ascii=False), "," if c is not ALL[-1]
                                    else ""))
        f.write("}\n")
    with open(os.path.join(HERE, "questions.jsonl"), "w", encoding="utf-8") as f:
        for c in ALL:
            for j, (kind, question, how) in enumerate(c.questions):
                f.write(json.dumps({"id": "%s-%d" % (c.name, j), "image": c.t["image"], "question": question,
                                    "answer": gold(c.t, how), "type": kind, "chart": c.t["kind"]},
                                   ensure_ascii=False) + "\n")


def check():
    with open(os.path.join(HERE, "truth.json"), encoding="utf-8") as f:
        truth = json.load(f)
    with open(os.path.join(HERE, "questions.jsonl"), encoding="utf-8") as f:
        rows = [json.loads(line) for line in f]
    assert len({r["id"] for r in rows}) == len(rows), "an id twice"
    counts, seen = dict.fromkeys(TYPES, 0), set()
    for r in rows:
        t = truth[r["id"].rsplit("-", 1)[0]]
        assert t["image"] == r["image"] and t["kind"] == r["chart"], r
        assert r["answer"] == gold(t, t["gold"][r["id"]]), r
        assert (r["answer"] is None) == (r["type"] == "cannot"), r
        assert (r["question"], r["image"]) not in seen, r
        seen.add((r["question"], r["image"]))
        counts[r["type"]] += 1
    total = 0
    for name, t in truth.items():
        path = os.path.join(HERE, t["image"])
        total += os.path.getsize(path)
        with Image.open(path) as im:
            im.load()
            assert list(im.size) == t["size"], name
            rgb = im.convert("RGB")
        a, b, c, d, e, f = t["to_file"]
        for s in t.get("series", []):           # beside its label a bar has its colour
            for i, (x1, y1, x2, y2) in enumerate(s.get("rects", [])):
                if "contrast" in t or "jpeg_quality" in t or x2 - x1 < 5 or y2 - y1 < 5 or a not in (0, 1, -1):
                    continue
                x, y = x1 + (x2 - x1) * .15, y1 + (y2 - y1) * .15
                X, Y = a * x + b * y + c, d * x + e * y + f
                got = rgb.getpixel((int(X), int(Y)))
                col = s["colour"][i] if isinstance(s["colour"], list) else s["colour"]
                want = tuple(int(col[k:k + 2], 16) for k in (1, 3, 5))
                assert got == want, (name, s["name"], i, got, want)
    listed = {t["image"] for t in truth.values()}
    extra = {n for n in os.listdir(HERE) if n.endswith((".png", ".jpg"))} - listed
    assert not extra, extra
    assert all(n >= 12 for n in counts.values()), counts
    print("%d pictures, %d bytes, %d questions" % (len(truth), total, len(rows)), counts)


def main():
    if sys.argv[1:] == ["--check"]:
        check()
        return
    only = set(sys.argv[1:])
    for c in ALL:
        if not only or c.name in only:
            c.draw()
    if not only:
        write_lists()
        check()


if __name__ == "__main__":
    main()
