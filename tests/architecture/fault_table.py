"""The fault and abuse cases that the program promises to stand, each with the tests that show it."""

CASES: dict[int, tuple[str, tuple[str, ...]]] = {
    # --- device and keys
    1: ("no keyring: the password opens it", (
        "desktop/cache/test_keys.py::test_without_any_keyring_the_password_opens_it",
        "desktop/cache/test_pin.py::test_without_a_keyring_there_is_no_pin",
    )),
    2: ("the keyring was changed, emptied, locked", (
        "desktop/cache/test_keys.py::test_an_emptied_keyring_falls_back_to_the_password_and_gets_its_part_again",
        "desktop/cache/test_keys.py::test_a_keyring_that_keeps_nothing_is_not_used",
        "desktop/cache/test_pin.py::test_a_keyring_that_is_locked_for_a_moment_costs_neither_try_nor_pin",
    )),
    3: ("a forgotten password: an administrator's one-time code", (
        "sync_scenarios/test_shut_out.py::test_a_one_time_code_gives_the_key_back_once",
        "sync_scenarios/test_kept_files.py::test_an_administrators_code_brings_over_what_waited_and_it_takes_effect_once",
    )),
    4: ("wrong passwords, then the right one", (
        "desktop/cache/test_keys.py::test_wrong_passwords_alter_no_file_and_take_longer_and_longer",
    )),
    5: ("the key file is gone, the database is there", (
        "desktop/cache/test_keys.py::test_a_missing_key_file_is_said_and_nothing_is_made_in_its_place",
        "sync_scenarios/test_ways_in.py::test_a_lost_key_file_is_said_and_the_file_is_set_aside_only_when_asked",
    )),
    6: ("nothing of a profile can be read on the disk", (
        "desktop/cache/test_keys.py::test_the_key_file_shows_neither_key_nor_password_and_is_private",
        "desktop/cache/test_line_making.py::test_nothing_that_can_be_read_lies_on_the_disk",
        "sync_scenarios/test_line_files.py::test_nothing_of_a_line_can_be_read_on_the_disk",
        "sync_server/test_accounts.py::test_neither_tokens_nor_passwords_stand_in_the_database",
    )),
    7: ("lost renewals, a token that is used again", (
        "sync_scenarios/test_lost_renewals.py::test_a_fifth_of_the_answers_lost_signs_nobody_out",
        "sync_scenarios/test_lost_renewals.py::test_an_old_token_used_elsewhere_ends_that_station_and_no_other",
    )),
    8: ("a flood of wrong sign-ins", (
        "torture/test_wrong_sign_ins.py::test_a_flood_of_wrong_sign_ins_holds_up_nobody_who_works",
    )),
    9: ("unknown and known people are answered alike", (
        "sync_server/test_accounts.py::test_a_wrong_password_and_an_unknown_person_are_answered_alike",
        "sync_server/test_accounts.py::test_an_unknown_person_costs_as_much_work_as_a_known_one",
    )),
    10: ("a stolen laptop is shut out and wipes itself", (
        "sync_scenarios/test_shut_out.py::test_it_stops_syncing_at_once_and_sends_what_waits_before_it_is_wiped",
        "sync_scenarios/test_shut_out.py::test_nothing_is_left_to_read_after_it",
    )),
    # --- crash and storage
    11: ("power cuts while saving", (
        "torture/test_power_cut.py::test_what_was_printed_as_saved_survives_every_power_cut",
        "torture/test_power_cut.py::test_a_disk_that_never_synchronises_is_found_out",
    )),
    12: ("kill -9 anywhere", (
        "torture/test_stations_in_trouble.py::test_kill_9_at_any_touch_of_a_file_loses_nothing",
        "torture/test_kill_window.py::test_what_the_window_showed_before_kill_9_is_there",
        "torture/test_kill_upgrade.py::test_an_upgrade_that_is_killed_leaves_what_was_or_what_will_be",
        "sync_scenarios/test_line_files.py::test_a_fetch_that_was_killed_goes_on_where_it_was",
    )),
    13: ("a full disk", (
        "torture/test_stations_in_trouble.py::test_a_full_disk_is_told_before_saved_and_forgotten_when_there_is_room",
        "sync_scenarios/test_full_disk.py::test_a_pull_that_finds_no_room_is_told_and_goes_on_when_there_is_some",
        ("sync_scenarios/test_lines_on_a_full_disk.py::"
        "test_a_line_that_finds_no_room_is_told_and_comes_when_there_is_some"),
        "desktop/features/library/test_library_page.py::test_a_full_disk_is_told_and_the_next_scan_goes_on",
    )),
    14: ("a flipped bit in the cache", (
        "desktop/sync/test_opening.py::test_a_damaged_page_is_said_to_be_one",
        "sync_scenarios/test_salvage.py::test_damage_elsewhere_costs_no_operation",
        ("sync_scenarios/test_line_files.py::"
        "test_a_damaged_file_is_noticed_by_who_reads_it_and_fetched_again_while_the_desk_goes_on"),
    )),
    15: ("a second instance", (
        "desktop/cache/test_profile_lock.py::test_a_second_program_is_told_that_the_profile_is_in_use",
        "desktop/cache/test_profile_lock.py::test_a_killed_program_leaves_the_profile_free",
    )),
    16: ("a profile in a folder that is copied, on a share, or too long", (
        "desktop/foundation/test_small_things.py::test_a_profile_inside_a_copying_folder_is_warned_of",
        "desktop/foundation/test_small_things.py::test_a_profile_on_a_network_mount_is_refused_with_the_reason",
        ("desktop/foundation/test_small_things.py::"
        "test_a_folder_too_long_for_windows_is_refused_before_anything_is_made"),
    )),
    17: ("an update that is killed, and the older program after it", (
        "torture/test_kill_upgrade.py::test_an_upgrade_that_is_killed_leaves_what_was_or_what_will_be",
        "desktop/cache/test_station_db.py::test_a_file_of_a_newer_program_is_refused_and_alters_no_byte",
        "sync_scenarios/test_rescue_files.py::test_a_file_that_an_earlier_program_wrote_is_still_taken",
    )),
    # --- sync
    18: ("an answer cut after the server committed", (
        "sync_scenarios/test_bad_networks.py::test_a_pull_that_breaks_off_is_taken_up_again",
        ("sync_scenarios/test_bad_networks.py::"
        "test_a_server_that_is_too_slow_keeps_everything_waiting_and_does_it_once"),
    )),
    19: ("everything twice, in any order, late", (
        "sync_scenarios/test_bad_networks.py::test_a_request_that_arrives_twice_does_it_once",
        "sync_scenarios/test_simulation.py::test_every_promise_holds_in_every_history",
    )),
    20: ("one that cannot be done among 500", (
        "sync_scenarios/test_poison.py::test_one_that_the_server_refuses_is_to_be_dealt_with_and_499_settle",
    )),
    21: ("portals, proxies, 401 to 502", (
        "sync_scenarios/test_poison.py::test_behind_a_sign_in_page_nobody_hunts_for_a_culprit",
        "sync_scenarios/test_line_files.py::test_a_portal_is_no_file",
        "sync_scenarios/test_bad_networks.py::test_the_server_says_when_to_come_back",
    )),
    22: ("one copy lent at two desks", (
        ("sync_scenarios/test_two_desks.py::"
        "test_a_copy_lent_at_two_offline_desks_keeps_both_loans_and_asks_somebody_to_look"),
    )),
    23: ("a server restored from yesterday's backup", (
        ("sync_scenarios/test_restored_server.py::"
        "test_twenty_operations_of_two_stations_come_back_once_whoever_comes_first"),
    )),
    24: ("away for a hundred days", (
        "sync_server/test_streams.py::test_who_was_away_longer_than_the_tombstones_gets_the_stream_afresh",
    )),
    25: ("a line ends while somebody is away", (
        ("sync_scenarios/test_ended_lines.py::"
        "test_at_the_next_sync_the_rows_leave_the_disk_and_what_he_did_is_settled"),
        ("sync_scenarios/test_inquiries.py::"
        "test_a_line_that_ended_while_the_asker_was_away_refuses_it_and_takes_the_rows_away"),
    )),
    26: ("leaving with work that waits", (
        "desktop/test_leaving.py::test_signing_out_is_refused_while_something_has_not_reached_the_server",
        ("sync_scenarios/test_rescue_files.py::"
        "test_a_colleague_without_a_network_brings_it_in_and_it_takes_effect_once"),
    )),
    27: ("wrong clocks", (
        "sync_scenarios/test_bad_networks.py::test_a_clock_that_is_wrong_is_said_and_shuts_nobody_out",
        "sync_server/test_push.py::test_a_station_whose_clock_is_hours_off_does_not_act_in_the_future",
        "desktop/sync/test_lease.py::test_a_clock_that_ran_a_year_ahead_is_forgiven_at_the_next_answer",
    )),
    28: ("the same id, another body", (
        "sync_server/test_push.py::test_the_same_id_with_other_words_is_a_conflict_and_nothing_of_the_batch_is_stored",
    )),
    # --- feeds and files
    29: ("workbooks made to do harm", (
        "sync_server/feeds/test_workbooks.py::test_an_archive_made_to_do_harm_is_refused",
        "sync_server/feeds/test_workbooks.py::test_texts_made_to_fill_the_memory_end_only_their_own_process",
    )),
    30: ("broken text files", (
        "sync_server/feeds/test_reading.py::test_an_unclosed_quote_mark_is_refused_with_its_row",
        "sync_server/feeds/test_reading.py::test_every_separator_and_line_end_reads_the_same",
        "sync_server/feeds/test_reading.py::test_accents_survive_every_encoding",
        "sync_server/feeds/test_reading.py::test_a_character_that_only_iso_8859_1_has_is_read_as_such",
        "sync_server/feeds/test_reading.py::test_what_is_no_feed_is_refused_with_a_sentence",
        "sync_server/feeds/test_reading.py::test_a_row_without_an_end_is_refused_before_all_of_it_is_in_memory",
    )),
    31: ("a feed that lost rows, is all zero, or moved its prices", (
        "sync_server/feeds/test_runs.py::test_a_file_that_lost_too_many_rows_is_held_until_a_person_accepts",
        "sync_server/feeds/test_runs.py::test_stock_that_is_all_zero_is_held",
        "sync_server/feeds/test_runs.py::test_prices_that_moved_by_a_factor_are_held",
        "sync_server/feeds/test_endpoints.py::test_a_held_run_is_mailed_seen_and_accepted",
    )),
    32: ("the same feed twice, out of order, at once", (
        "sync_server/feeds/test_runs.py::test_the_same_batch_posted_twice_at_once_lands_once",
        "sync_server/feeds/test_difference.py::test_a_file_older_than_what_is_live_is_ignored",
        ("sync_server/feeds/test_live.py::"
        "test_a_file_that_is_older_leaves_alone_what_was_told_since_and_says_how_many"),
    )),
    33: ("formulas in texts", (
        ("desktop/widgets/test_table_export.py::"
        "test_a_workbook_shows_every_text_and_holds_no_formula_and_no_link"),
        "desktop/widgets/test_table_export.py::test_a_csv_file_defuses_what_runs_and_leaves_numbers_alone",
        "desktop/widgets/test_table_export.py::test_every_table_that_a_person_opens_is_written_in_one_place",
        "sync_server/feeds/test_watching.py::test_no_cell_of_an_error_list_is_a_formula",
    )),
    34: ("broken X12", (
        "sync_server/test_x12.py::test_a_fault_is_refused_with_its_segment_and_element",
        "sync_server/test_x12_confirmations.py::test_an_855_confirms_lines_and_a_repeat_changes_nothing",
        "sync_server/test_x12_confirmations.py::test_another_distributor_cannot_answer_and_a_showroom_may_not",
    )),
    # --- tenants, web, mail
    35: ("foreign ids everywhere", (
        "sync_server/test_tenants.py::test_every_route_and_operation_has_its_entry_here",
        "sync_server/test_tenants.py::test_a_foreign_id_is_answered_like_one_that_nothing_has",
        "sync_server/test_tenants.py::test_nothing_that_anybody_here_receives_holds_a_word_of_the_strangers",
    )),
    36: ("a forgotten scope in the server's code, held by the database itself", (
        "sync_server/test_row_security.py::test_a_transaction_that_does_not_say_for_whom_is_refused",
        "sync_server/test_row_security.py::test_a_callers_connection_without_streams_is_refused_and_shows_nothing_even_to_the_driver",
        "sync_server/test_row_security.py::test_a_connection_that_another_house_used_before_shows_its_own_rows_alone",
        "sync_server/test_row_security.py::test_each_persons_streams_show_what_a_pull_of_them_holds",
        "sync_server/test_row_security.py::test_costs_and_whatever_is_not_for_callers_cannot_be_read_at_all",
    )),
    37: ("line breaks, tags and hidden signs in names", (
        "sync_server/mail/test_messages.py::test_what_was_typed_into_names_reaches_no_header_of_its_own",
        "sync_server/web_pages/test_links.py::test_names_are_shown_as_they_are_typed_and_run_nothing",
    )),
    38: ("links that are forwarded, looked at by scanners, used twice", (
        "sync_server/web_pages/test_links.py::test_looking_changes_nothing_however_often_a_scanner_looks",
        "sync_server/web_pages/test_links.py::test_the_same_form_sent_twice_is_done_once_and_says_when",
        "sync_server/web_pages/test_links.py::test_one_changed_character_leads_nowhere",
        "sync_server/web_pages/test_links.py::test_after_its_time_it_says_so_and_a_new_one_goes_to_the_old_address_only",
    )),
    39: ("the key that signs links is changed or lost", (
        "sync_server/web_pages/test_links.py::test_links_of_an_older_key_hold_for_their_time_and_new_ones_are_signed_by_the_new",
        "sync_server/web_pages/test_links.py::test_when_the_key_is_lost_every_link_is_refused_and_a_new_one_can_be_sent",
    )),
    40: ("a mail server that is away, puts off, refuses, loses its answer", (
        "sync_server/mail/test_sending.py::test_after_a_long_outage_the_mail_leaves_within_minutes",
        "sync_server/mail/test_sending.py::test_a_mail_that_was_put_off_is_tried_again_and_accepted",
        ("sync_server/mail/test_sending.py::"
        "test_a_mail_that_is_refused_for_good_is_undeliverable_with_the_servers_own_words"),
        ("sync_server/mail/test_sending.py::"
        "test_a_reply_lost_after_the_content_may_repeat_the_mail_but_as_the_same_one"),
    )),
}  # fmt: skip
"""Number in the table of faults to what it is and its tests."""
OPEN: dict[int, str] = {}
"""Cases without a test, said here so that nobody takes them for shown."""
LAST_CASE = 40
