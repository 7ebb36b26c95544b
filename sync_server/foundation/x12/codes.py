"""The codes of X12 that are known here: those that mean a column, and those that are read and only reported.

A code that is in neither list refuses the file: nobody can tell what would be lost.
"""


def codes(text: str) -> frozenset[str]:
    """The codes of a list with blanks between."""
    return frozenset(text.split())


ITEM_QUALIFIERS = ("VN", "VP", "VC", "MG", "UP", "EN", "UK")
"""What may be the distributor's item number, the first that is there."""

PRODUCT_QUALIFIERS = codes(
    "BL BO BP CB CH CL CM EN F8 GC GN HD HS IN IT IZ JP LT MF MG MN ON PC PD PI PL PN PO PR PU PV RO RV SE SK SM "
    "SN SR ST SV SZ TP UA UD UI UK UP VA VC VE VI VN VP VS VX ZZ"
)
"""Element 235, as far as the trade uses it."""

DAY_QUALIFIERS = codes(
    "001 002 004 006 007 010 011 012 015 016 017 018 035 036 037 038 043 050 053 054 055 056 060 063 064 067 068 "
    "069 070 071 074 077 079 081 084 086 087 090 091 092 094 095 096 097 102 106 118 119 120 139 140 150 151 152 "
    "168 169 171 174 175 177 179 191 193 194 196 197 206 207 208 291 292 320 328 346 347 369 370 371 372 373 375 "
    "376 377 405 472 574 582 598 619 634 643 809 810 814 815 953 992"
)
"""Element 374, as far as the trade uses it."""

REFERENCE_QUALIFIERS = codes(
    "06 0B 11 12 19 1V 23 2I 39 3Q 44 4B 4C 54 55 65 72 82 8M 92 9R AA AC AN AO AP AW AX BB BC BF BL BM BN BR BT "
    "BV CA CL CN CO CR CT CV DD DJ DN DO DP DV EQ GC GF GI GM HB IA IL IN IT IV JB JH KC L1 LI LO LS LT LU MA MB "
    "MH MK MR NS OI ON OP OQ P8 PC PD PG PGC PHC PK PL PM PO PR PS PT QB QI QN R0 RA RE RM RP RQ RS SA SE SI SK "
    "SL SM SN SO SPN SR ST SW SZ TD TG TH TJ TN TPN TX UP VM VN VR VV VX WH WM WO WS WY XE XP XX YB YD YP ZZ"
)
"""Element 128, as far as the trade uses it."""

ENTITIES = codes(
    "11 16 1K 31 36 40 41 5C 61 6Y 77 78 7U 80 85 87 8S 92 93 9J AAE AG AO B3 BF BK BN BO BS BT BUC BY C1 C5 CA "
    "CN CR CS DA DB DE DF DL DN DS EN FR FW II IN KX L5 LC LW MA MF MI MP MQ N1 NP OB OC OI OT P1 PD PE PF PO PR "
    "R6 RE RI RS S4 SC SE SF SH SI SN SO SP SR ST SU SV TO UK UP VE VN WH WS X1 XN Z7 ZZ"
)
"""Element 98, as far as the trade uses it."""

QUANTITY_QUALIFIERS = codes(
    "01 02 12 14 17 18 20 21 22 27 29 32 33 34 35 36 37 38 39 46 47 48 50 55 57 60 61 62 63 65 66 69 70 72 73 74 "
    "75 76 77 78 79 80 82 83 84 85 86 87 90 92 94 97 99 AA BQ BW CA HD NT OC OF OH ON PA QA QD QE QH QO QP QR QS "
    "QT QU QV RJ RS SA SE SJ SQ TK TO TS U1 U2 US V1 VP WI XO ZZ"
)
"""Element 673, as far as the trade uses it."""

PRICE_CODES = codes(
    "ACT ALT CAN CAT CON CUP CUS DIS DPR DSC DSP EST FCP FSP FUL GOV ICL INV LPP LPR MAP MAX MIN MNR MOD MPR MSR "
    "MXR NET OAP PAP PBQ PBR PPA PRO PRP PUR QTE REG RES RSH RTL SLP SPC SPE STA TOT UCP ULC WHL WSP"
)
"""Element 236, as far as the trade uses it."""
